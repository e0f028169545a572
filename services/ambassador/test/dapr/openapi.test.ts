import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, expect, test } from 'vitest';
import { daprApi } from '../support/dapr-api.ts';
import { buildStores, closeAll } from '../support/stores.ts';

type Response = { content?: Record<string, { schema: object }> };
type Paths = Record<string, Record<string, { responses: Record<string, Response> }>>;

const generation = buildStores(`
stores:
  memory: {driver: memory}
  small: {driver: memory, maxBytes: 400}
  down: {driver: redis, url: 'redis://127.0.0.1:1'}
  busy:
    driver: memory
    policies: [bulkhead: {maxInFlight: 1, maxQueue: 1, queueTimeout: 10ms}, faults: {delays: 1, delay: 50ms}]
`);
let healthy = true;
const api = daprApi(generation, { apiToken: 'token', ready: async () => ({ ok: healthy, failing: [] }) });
afterAll(async () => {
  await api.close();
  await closeAll(generation);
});

const document = (await api.inject('/openapi.json')).json<{ paths: Paths }>();

const described = Object.entries(document.paths).flatMap(([path, operations]) =>
  Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
);

const state = '/v1.0/state/{store}';
const alpha = '/v1.0-alpha1/state/{store}';
const item = '[{"key":"k","value":1}]';
const stale = '[{"key":"k","value":1,"etag":"x"}]';
const upsert = (value: string) => `{"operations":[{"operation":"upsert","request":{"key":"t","value":${value}}}]}`;

type Ask = [
  status: number,
  route: string,
  url?: string | undefined,
  body?: string | undefined,
  headers?: Record<string, string> | undefined,
];
/** For every response of the document a request that gets it; those that need no body have none. */
const asks: Ask[] = [
  ...['POST', 'PUT'].flatMap((method): Ask[] => [
    [204, `${method} ${state}`, '/v1.0/state/memory', item],
    [400, `${method} ${state}`, '/v1.0/state/memory', '{'],
    [409, `${method} ${state}`, '/v1.0/state/memory', stale],
    [413, `${method} ${state}`, '/v1.0/state/small', `[{"key":"k","value":"${'x'.repeat(500)}"}]`],
    [500, `${method} ${state}`, '/v1.0/state/down', item],
    [200, `${method} ${state}/bulk`, '/v1.0/state/memory/bulk', '{"keys":["k","none"]}'],
    [200, `${method} ${state}/bulk`, '/v1.0/state/down/bulk', '{"keys":["k"]}'],
    [400, `${method} ${state}/bulk`, '/v1.0/state/nope/bulk', '{}'],
    [204, `${method} ${state}/transaction`, '/v1.0/state/memory/transaction', upsert('1')],
    [400, `${method} ${state}/transaction`, '/v1.0/state/memory/transaction', '['],
    [500, `${method} ${state}/transaction`, '/v1.0/state/down/transaction', upsert('1')],
    [200, `${method} ${alpha}/query`, '/v1.0-alpha1/state/memory/query', '{"page":{"limit":1}}'],
    [204, `${method} ${alpha}/query`, '/v1.0-alpha1/state/memory/query', '{"filter":{"EQ":{"a":"b"}}}'],
    [400, `${method} ${alpha}/query`, '/v1.0-alpha1/state/nope/query', '{}'],
    [500, `${method} ${alpha}/query`, '/v1.0-alpha1/state/down/query', '{}'],
  ]),
  [200, `GET ${state}/{key}`, '/v1.0/state/memory/k'],
  [204, `GET ${state}/{key}`, '/v1.0/state/memory/none'],
  [304, `GET ${state}/{key}`, '/v1.0/state/memory/k', undefined, { 'if-none-match': '*' }],
  [400, `GET ${state}/{key}`, '/v1.0/state/nope/k'],
  [500, `GET ${state}/{key}`, '/v1.0/state/down/k'],
  [409, `DELETE ${state}/{key}`, '/v1.0/state/memory/k', undefined, { 'if-match': 'x' }],
  [204, `DELETE ${state}/{key}`, '/v1.0/state/memory/none'],
  [400, `DELETE ${state}/{key}`, '/v1.0/state/nope/k'],
  [500, `DELETE ${state}/{key}`, '/v1.0/state/down/k'],
  [200, `GET ${alpha}/keys`, '/v1.0-alpha1/state/memory/keys?limit=1'],
  [400, `GET ${alpha}/keys`, '/v1.0-alpha1/state/memory/keys?limit=0'],
  [500, `GET ${alpha}/keys`, '/v1.0-alpha1/state/down/keys'],
  [200, `POST ${alpha}/{key}/increment`, '/v1.0-alpha1/state/memory/n/increment', '{"by":41}'],
  [400, `POST ${alpha}/{key}/increment`, '/v1.0-alpha1/state/memory/n/increment', '{"by":0.5}'],
  [500, `POST ${alpha}/{key}/increment`, '/v1.0-alpha1/state/down/n/increment'],
  [200, 'GET /v1.0/metadata'],
  [204, 'PUT /v1.0/metadata/{key}', '/v1.0/metadata/word', 'x'],
  [204, 'GET /v1.0/healthz'],
  [500, 'GET /v1.0/healthz', '/v1.0/healthz?appid=another'],
  [204, 'GET /v1.0/healthz/outbound'],
  [204, 'POST /v1.0/shutdown'],
];

const ajv = new Ajv2020({ strict: false });

/** Why a response is none that the document promises; undefined where it is. */
function broken(route: string, { status, type, body }: { status: number; type: string; body: string }): unknown {
  const [method = '', path = ''] = route.split(' ');
  const declared = document.paths[path]?.[method.toLowerCase()]?.responses[String(status)];
  if (declared === undefined) return `${status} is not among the responses: ${body}`;
  const [media, content] = Object.entries(declared.content ?? {})[0] ?? [''];
  if (content === undefined) return undefined;
  if (!type.startsWith(media)) return `${type} instead of ${media}`;
  const validate = ajv.compile(content.schema);
  return validate(media === 'application/json' ? JSON.parse(body) : body) ? undefined : [validate.errors, body];
}

async function answered(route: string, url: string, payload?: string, headers: Record<string, string> = {}) {
  const [method = 'GET'] = route.split(' ');
  const authorized = { 'dapr-api-token': 'token', ...headers };
  const response = await api.inject({
    method: method as 'GET',
    url,
    headers: authorized,
    ...(payload === undefined ? {} : { payload }),
  });
  const answers = { status: response.statusCode, type: String(response.headers['content-type']), body: response.body };
  return { status: response.statusCode, broken: broken(route, answers) };
}

test.each(asks)('%i of %s is as the OpenAPI document says', async (status, route, url, body, headers) => {
  const path = url ?? route.split(' ')[1] ?? '';
  expect(await answered(route, path, body, headers)).toEqual({ status, broken: undefined });
});

test('what is refused without a token, and for being too much at once, is as the document says', async () => {
  for (const route of described.filter((name) => !name.includes('healthz'))) {
    const url = (route.split(' ')[1] ?? '').replace('{store}', 'memory').replace('{key}', 'k');
    const refused = await answered(route, url, undefined, { 'dapr-api-token': '' });
    expect(refused).toEqual({ status: 401, broken: undefined });
  }
  for (const [route, url, body] of [
    [`POST ${state}`, '/v1.0/state/busy', item],
    [`GET ${state}/{key}`, '/v1.0/state/busy/k'],
    [`DELETE ${state}/{key}`, '/v1.0/state/busy/k'],
  ] as const) {
    const together = await Promise.all([1, 2, 3].map(() => answered(route, url, body)));
    expect(together).toContainEqual({ status: 429, broken: undefined });
  }
  healthy = false;
  expect(await answered('GET /v1.0/healthz/outbound', '/v1.0/healthz/outbound')).toEqual({
    status: 500,
    broken: undefined,
  });
});
