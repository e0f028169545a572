import { afterAll, expect, test } from 'vitest';
import { daprApi } from '../support/dapr-api.ts';
import { buildStores, closeAll, getStore } from '../support/stores.ts';

const generation = buildStores(`
stores:
  memory: {driver: memory}
  small: {driver: memory, maxBytes: '400'}
  down: {driver: redis, url: 'redis://127.0.0.1:1', connectTimeout: 200ms, commandTimeout: 200ms}
`);
const api = daprApi(generation, { ready: async () => ({ ok: false, failing: ['store-down'] }) });
afterAll(async () => {
  await api.close();
  await closeAll(generation);
});

const save = (body: string, store = 'memory') =>
  api.inject({
    method: 'POST',
    url: `/v1.0/state/${store}`,
    headers: { 'content-type': 'text/plain' },
    payload: body,
  });

const post = (path: string, payload: string, version?: 'alpha1') =>
  api.inject({ method: 'POST', url: `/v1.0${version === undefined ? '' : `-${version}`}/state/${path}`, payload });
const transactionFailed = 'ERR_STATE_TRANSACTION';
const transact = (payload: string) => post('memory/transaction', payload);
const upsert = (parts: object) =>
  transact(JSON.stringify({ operations: [{ operation: 'upsert', request: { key: 'a', value: 1, ...parts } }] }));
const remove = (search: string) => api.inject({ method: 'DELETE', url: `/v1.0/state/memory/a?${search}` });
const bulk = (payload: string) => post('memory/bulk', payload);

test.each([
  ['an unknown store', () => api.inject('/v1.0/state/nope/k'), 400, 'ERR_STATE_STORE_NOT_FOUND'],
  ['an unknown store, before a bad body', () => save('{', 'nope'), 400, 'ERR_STATE_STORE_NOT_FOUND'],
  ['a body that is no JSON', () => save('{'), 400, 'ERR_MALFORMED_REQUEST'],
  ['a body that is no array', () => save('{}'), 400, 'ERR_MALFORMED_REQUEST'],
  ['no body', () => save(''), 400, 'ERR_MALFORMED_REQUEST'],
  ['an item without a key', () => save('[{"value":1}]'), 400, 'ERR_MALFORMED_REQUEST'],
  ['an etag that is a number', () => save('[{"key":"a","value":1,"etag":1}]'), 400, 'ERR_MALFORMED_REQUEST'],
  ['a key with ||', () => save('[{"key":"a||b","value":1}]'), 400, 'ERR_MALFORMED_REQUEST'],
  ['an etag that is not current', () => save('[{"key":"a","value":1,"etag":"x"}]'), 409, 'ERR_STATE_SAVE'],
  ['an etag no Redis gives', () => save('[{"key":"a","value":1,"etag":"x"}]', 'down'), 400, 'ERR_STATE_SAVE'],
  [
    'an unknown concurrency',
    () => save('[{"key":"a","value":1,"options":{"concurrency":"x"}}]'),
    500,
    'ERR_STATE_SAVE',
  ],
  ['a bad time to live', () => save('[{"key":"a","value":1,"metadata":{"ttlInSeconds":"x"}}]'), 500, 'ERR_STATE_SAVE'],
  ['a delete with an unknown concurrency', () => remove('concurrency=x'), 500, 'ERR_STATE_DELETE'],
  ['a delete with an unknown consistency', () => remove('consistency=x'), 500, 'ERR_STATE_DELETE'],
  ['a bad time to live in a transaction', () => upsert({ metadata: { ttlInSeconds: 'x' } }), 500, transactionFailed],
  ['an unknown concurrency in a transaction', () => upsert({ options: { concurrency: 'x' } }), 500, transactionFailed],
  ['operations that are a number', () => transact('{"operations":5}'), 400, 'ERR_MALFORMED_REQUEST'],
  ['operations that are an object', () => transact('{"operations":{}}'), 400, 'ERR_MALFORMED_REQUEST'],
  ['options that are a number', () => save('[{"key":"a","value":1,"options":5}]'), 400, 'ERR_MALFORMED_REQUEST'],
  ['a content type that is a number', () => save('[{"key":"a","contentType":5}]'), 400, 'ERR_MALFORMED_REQUEST'],
  ['metadata that is an array', () => save('[{"key":"a","metadata":["x"]}]'), 400, 'ERR_MALFORMED_REQUEST'],
  ['a bulk get of a number', () => bulk('5'), 400, 'ERR_MALFORMED_REQUEST'],
  ['a bulk get of an array', () => bulk('["a"]'), 400, 'ERR_MALFORMED_REQUEST'],
  ['an increment by an array', () => post('memory/k/increment', '[1]', 'alpha1'), 400, 'ERR_MALFORMED_REQUEST'],
  ['a body over the limit', () => save(`[{"key":"a","value":"${'x'.repeat(1000)}"}]`), 400, 'ERR_MALFORMED_REQUEST'],
  ['a value over the store', () => save(`[{"key":"a","value":"${'x'.repeat(500)}"}]`, 'small'), 413, 'ERR_STATE_SAVE'],
  ['a store that is down', () => api.inject('/v1.0/state/down/k'), 500, 'ERR_STATE_GET'],
  ['a bad escape', () => api.inject('/v1.0/state/memory/%zz'), 400, 'ERR_MALFORMED_REQUEST'],
  ['another API of Dapr', () => api.inject({ method: 'POST', url: '/v1.0/publish/bus/topic' }), 404, 'ERR_NOT_FOUND'],
  ['health while a store is down', () => api.inject('/v1.0/healthz'), 500, 'ERR_HEALTH_NOT_READY'],
  [
    'a metadata key that is too long',
    () => api.inject({ method: 'PUT', url: `/v1.0/metadata/${'x'.repeat(5000)}`, payload: 'v' }),
    400,
    'ERR_MALFORMED_REQUEST',
  ],
  ['a limit of 0', () => api.inject('/v1.0-alpha1/state/memory/keys?limit=0'), 400, 'ERR_MALFORMED_REQUEST'],
  ['a cursor of nobody', () => api.inject('/v1.0-alpha1/state/memory/keys?token=x'), 400, 'ERR_STATE_LIST'],
])('%s is answered with its own status and code', async (_what, ask, status, errorCode) => {
  const response = await ask();
  expect([response.statusCode, response.json<{ errorCode: string }>().errorCode]).toEqual([status, errorCode]);
});

test('a transaction that conflicts is answered 500, as in Dapr, and changes nothing', async () => {
  const payload =
    '{"operations":[{"operation":"upsert","request":{"key":"t1","value":1}},{"operation":"upsert","request":{"key":"t2","value":1,"etag":{"value":"x"}}}],"metadata":null}';
  const response = await api.inject({ method: 'POST', url: '/v1.0/state/memory/transaction', payload });
  expect([response.statusCode, response.json<{ errorCode: string }>().errorCode]).toEqual([
    500,
    'ERR_STATE_TRANSACTION',
  ]);
  expect((await api.inject('/v1.0/state/memory/t1')).statusCode).toBe(204);
});

test('member names may be in any case, a plus in a path is a space, and slashes too many do not matter', async () => {
  await save('[{"KEY":"a b","Value":{"x":1}}]');
  expect((await api.inject('//v1.0/state//memory/a+b/')).body).toBe('{"x":1}');
});

test('an unchanged value is answered 304, and only what is absent is saved with If-None-Match', async () => {
  await save('[{"key":"seen","value":1}]');
  const { etag } = (await api.inject('/v1.0/state/memory/seen')).headers;
  const again = await api.inject({
    url: '/v1.0/state/memory/seen',
    headers: { 'if-none-match': `"${String(etag)}"` },
  });
  expect(again.statusCode).toBe(304);
  const headers = { 'if-none-match': '*' };
  const second = await api.inject({
    method: 'PUT',
    url: '/v1.0/state/memory',
    headers,
    payload: '[{"key":"seen","value":2}]',
  });
  expect(second.statusCode).toBe(409);
});

test('operations that are null are none, as in Go', async () => {
  expect((await transact('{"operations":null}')).statusCode).toBe(204);
});

test('a bulk get names an error for bytes that are no text, and a single get has them exactly', async () => {
  const bytes = Buffer.from([0xff, 0x00, 0xfe]);
  await getStore(generation, 'memory').set('raw', bytes);
  const [item] = (await bulk('{"keys":["raw"]}')).json<{ error: string; data?: unknown }[]>();
  expect(item).toEqual({ key: 'raw', error: expect.stringContaining('ERR_NOT_TEXT') });
  expect((await api.inject('/v1.0/state/memory/raw')).rawPayload).toEqual(bytes);
});

test('keys are listed and counters incremented', async () => {
  await save('[{"key":"list:1","value":1},{"key":"list:2","value":1}]');
  const page = await api.inject('/v1.0-alpha1/state/memory/keys?prefix=list:');
  expect(page.json()).toEqual({ keys: ['list:1', 'list:2'] });
  const sum = await api.inject({
    method: 'POST',
    url: '/v1.0-alpha1/state/memory/list:1/increment',
    payload: '{"by":41}',
  });
  expect(sum.json()).toEqual({ value: '42' });
});
