import { expect, test } from 'vitest';
import { serveApp } from '../support/serve-app.ts';
import { startAdapter } from '../support/start-adapter.ts';

const modules = `
modules:
  default:
    headers: { X-Dummy: my-test-header }
    metrics:
      - name: example_global_value
        path: '{ .counter }'
        help: A value at the top
        labels: { environment: beta, location: 'planet-{.location}' }
      - name: example_timestamped_value
        type: object
        path: '{ .values[?(@.state == "INACTIVE")] }'
        epochTimestamp: '{ .at }'
        labels: { environment: beta }
        values: { count: '{.count}' }
      - name: example_value
        type: object
        path: '{.values[?(@.state == "ACTIVE")]}'
        labels: { environment: beta, id: '{.id}' }
        values: { active: 1, count: '{.count}', boolean: '{.some_boolean}' }
  animals:
    metrics:
      - name: animal
        type: object
        path: '{ [*] }'
        valuetype: gauge
        labels: { name: '{ .noun }', predator: '{ .predator }' }
        values: { population: '{ .population }' }
  templated:
    body: { content: '{"val": "{{ .myVal | first }}", "took": "{{ duration \`95\` }}"}', templatize: true }
    metrics: [{ name: echoed, path: '{.val}' }]
  long:
    body: { content: '{{ .a | repeat 65536 }}', templatize: true }
    metrics: []
`;
const document = {
  counter: 1234,
  location: 'mars',
  values: [
    { id: 'id-A', count: 1, some_boolean: true, state: 'ACTIVE' },
    { id: 'id-B', count: 2, some_boolean: true, state: 'INACTIVE', at: 1657568506 },
    { id: 'id-C', count: 3, some_boolean: false, state: 'ACTIVE' },
  ],
};
const readSamples = async (response: Response) =>
  (await response.text()).split('\n').filter((line) => !/^#|^$/.test(line));

test("json_exporter's documented example gives the documented series", async () => {
  const adapter = await startAdapter(modules);
  const answer = await adapter.get(`/probe?target=${await serveApp(document)}`);
  expect(await readSamples(answer)).toEqual([
    'example_global_value{environment="beta",location="planet-mars"} 1234',
    'example_timestamped_value_count{environment="beta"} 2 1657568506000',
    'example_value_active{environment="beta",id="id-A"} 1',
    'example_value_active{environment="beta",id="id-C"} 1',
    'example_value_count{environment="beta",id="id-A"} 1',
    'example_value_count{environment="beta",id="id-C"} 3',
    'example_value_boolean{environment="beta",id="id-A"} 1',
    'example_value_boolean{environment="beta",id="id-C"} 0',
  ]);
});

test('another module is chosen by its name', async () => {
  const adapter = await startAdapter(modules);
  const app = await serveApp([{ noun: 'lion', predator: true, population: 123 }]);
  const answer = await adapter.get(`/probe?module=animals&target=${app}`);
  expect(await readSamples(answer)).toEqual(['animal_population{name="lion",predator="true"} 123']);
});

test("a module's headers are sent", async () => {
  const adapter = await startAdapter(modules);
  const app = await serveApp(
    (request, response) => void response.end(`{"counter": ${request.headers['x-dummy'] ? 1 : 0}}`),
  );
  const [line] = await readSamples(await adapter.get(`/probe?target=${app}`));
  expect(line).toBe('example_global_value{environment="beta",location="planet-"} 1');
});

test('a body is filled in with the parameters and sent with POST', async () => {
  const adapter = await startAdapter(modules);
  const bodies: string[] = [];
  const app = await serveApp((request, response) => {
    request.on('data', (chunk) => bodies.push(String(chunk))).on('end', () => response.end('{"val": 7}'));
  });
  const answer = await adapter.get(`/probe?module=templated&myVal=42&target=${app}`);
  expect(await readSamples(answer)).toEqual(['echoed 7']);
  expect(bodies).toEqual(['{"val": "42", "took": "1m35s"}']);
});

test.each([
  ['an unknown module', '/probe?module=nope&target=http://127.0.0.1:1', 400, 'unknown module "nope"'],
  ['a missing target', '/probe', 400, 'the parameter target is missing'],
  [
    'a body that gets too long',
    `/probe?module=long&target=http://127.0.0.1:1&a=${'x'.repeat(100)}`,
    400,
    'more than 1048576 characters',
  ],
  ['a target on another host', '/probe?target=http://192.0.2.1/', 403, 'target is not allowed'],
  ['a target that nobody serves', '/probe?target=http://127.0.0.1:1/', 503, 'ECONNREFUSED'],
])('%s is answered with its status and the reason', async (_what, path, status, reason) => {
  const adapter = await startAdapter(modules);
  const answer = await adapter.get(path);
  expect([answer.status, await answer.text()]).toEqual([status, expect.stringContaining(reason)]);
});

test('a response that is not JSON fails the probe', async () => {
  const adapter = await startAdapter(modules);
  const answer = await adapter.get(`/probe?target=${await serveApp('<html>')}`);
  expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining('is not JSON')]);
});

test('targets can be limited to a part of a server', async () => {
  const app = await serveApp(document);
  const adapter = await startAdapter(`${modules}\nprobe: { targets: ['${app}/stats'] }`);
  const statuses = await Promise.all(
    ['/stats', '/stats/a', '/statsx', '/'].map(
      async (path) => (await adapter.get(`/probe?target=${app}${path}`)).status,
    ),
  );
  expect(statuses).toEqual([200, 200, 403, 403]);
});

test('a target cannot lead a probe to what is not allowed', async () => {
  let asked = 0;
  const secret = await serveApp((_request, response) => {
    asked += 1;
    response.end('{"counter": 1}');
  });
  const app = await serveApp((request, response) => {
    response.writeHead(302, { location: request.url === '/out' ? `${secret}/` : '/stats/there' }).end();
  });
  const adapter = await startAdapter(`${modules}\nprobe: { targets: ['${app}/out', '${app}/up'] }`);
  for (const path of ['/out', '/up']) {
    const answer = await adapter.get(`/probe?target=${app}${path}`);
    expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining('which is not allowed')]);
  }
  expect(asked).toBe(0);
});

test.each([
  ['a whole number above 2^53', { counter: 1, location: '9007199254740993' }, 'planet-9007199254740993'],
  ['a missing label', { counter: 1 }, 'planet-'],
  ['a number', { counter: 1, location: 1655371 }, 'planet-1655371'],
])('a label made from %s is exact', async (_what, data, expected) => {
  const adapter = await startAdapter(modules);
  const text = JSON.stringify(data).replace('"9007199254740993"', '9007199254740993');
  const [line] = await readSamples(await adapter.get(`/probe?target=${await serveApp(text)}`));
  expect(line).toContain(`location="${expected}"`);
});
