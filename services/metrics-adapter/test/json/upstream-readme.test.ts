import { expect, test } from 'vitest';
import { serveApp } from '../support/serve-app.ts';
import { startAdapter } from '../support/start-adapter.ts';

/** The configuration that json_exporter's README runs: https://github.com/prometheus-community/json_exporter */
const configuration = `
---
modules:
  default:
    headers:
      X-Dummy: my-test-header
    metrics:
    - name: example_global_value
      path: '{ .counter }'
      help: Example of a top-level global value scrape in the json
      labels:
        environment: beta
        location: 'planet-{.location}'
    - name: example_timestamped_value
      type: object
      path: '{ .values[?(@.state == "INACTIVE")] }'
      epochTimestamp: '{ .timestamp }'
      help: Example of a timestamped value scrape in the json
      labels:
        environment: beta
      values:
        count: '{.count}'
    - name: example_value
      type: object
      help: Example of sub-level value scrapes from a json
      path: '{.values[?(@.state == "ACTIVE")]}'
      labels:
        environment: beta
        id: '{.id}'
      values:
        active: 1
        count: '{.count}'
        boolean: '{.some_boolean}'
    - name: example_missing_key
      path: '{ .missing_key }'
      allow_missing_key: true
      help: >-
        Example of allowing
        a missing key.

  animals:
    metrics:
    - name: animal
      type: object
      help: Example of top-level lists in a separate module
      path: '{ [*] }'
      labels:
        name: '{ .noun }'
        predator: '{ .predator }'
      values:
        population: '{ .population }'
`;
const active = { some_boolean: true, state: 'ACTIVE' };
const data = {
  counter: 1234,
  timestamp: 1657568506,
  values: [
    { id: 'id-A', count: 1, ...active },
    { id: 'id-B', count: 2, some_boolean: true, state: 'INACTIVE' },
    { id: 'id-C', count: 3, ...active, some_boolean: false },
  ],
  location: 'mars',
};
const animals = [
  { noun: 'lion', population: 123, predator: true },
  { noun: 'deer', population: 456, predator: false },
  { noun: 'pigeon', population: 789, predator: false },
];

/** What the README says that curl prints, by module. */
const documented = {
  default: `
# HELP example_global_value Example of a top-level global value scrape in the json
# TYPE example_global_value untyped
example_global_value{environment="beta",location="planet-mars"} 1234
# HELP example_timestamped_value_count Example of a timestamped value scrape in the json
# TYPE example_timestamped_value_count untyped
example_timestamped_value_count{environment="beta"} 2
# HELP example_value_active Example of sub-level value scrapes from a json
# TYPE example_value_active untyped
example_value_active{environment="beta",id="id-A"} 1
example_value_active{environment="beta",id="id-C"} 1
# HELP example_value_boolean Example of sub-level value scrapes from a json
# TYPE example_value_boolean untyped
example_value_boolean{environment="beta",id="id-A"} 1
example_value_boolean{environment="beta",id="id-C"} 0
# HELP example_value_count Example of sub-level value scrapes from a json
# TYPE example_value_count untyped
example_value_count{environment="beta",id="id-A"} 1
example_value_count{environment="beta",id="id-C"} 3`,
  animals: `
# HELP animal_population Example of top-level lists in a separate module
# TYPE animal_population untyped
animal_population{name="deer",predator="false"} 456
animal_population{name="lion",predator="true"} 123
animal_population{name="pigeon",predator="false"} 789`,
};

/** The lines without their order, which no reader of the format minds. */
const lines = (text: string) => text.trim().split('\n').toSorted();

/** A server of both documents, as the README's `python3 -m http.server`. */
const serveExamples = () =>
  serveApp(({ url, headers }, response) => {
    if (url === '/examples/data.json' && headers['x-dummy'] !== 'my-test-header') response.writeHead(400);
    response.end(JSON.stringify(url === '/examples/data.json' ? data : animals));
  });

test.each([
  ['default', 'data.json'],
  ['animals', 'animal-data.json'],
] as const)("json_exporter's README: module %s gives line by line what is documented", async (module, document) => {
  const adapter = await startAdapter(configuration);
  const answer = await adapter.get(`/probe?module=${module}&target=${await serveExamples()}/examples/${document}`);
  expect(answer.status).toBe(200);
  expect(lines(await answer.text())).toEqual(lines(documented[module]));
});

test("a module's value types are the types of the series: gauge, counter, and untyped by default", async () => {
  const typed = configuration
    .replace("path: '{ .counter }'", '$&\n      valuetype: gauge')
    .replace(`path: '{.values[?(@.state == "ACTIVE")]}'`, '$&\n      valuetype: counter');
  const adapter = await startAdapter(typed);
  const text = await (await adapter.get(`/probe?target=${await serveExamples()}/examples/data.json`)).text();
  expect(lines(text).filter((line) => line.startsWith('# TYPE'))).toEqual([
    '# TYPE example_global_value gauge',
    '# TYPE example_timestamped_value_count untyped',
    '# TYPE example_value_active counter',
    '# TYPE example_value_boolean counter',
    '# TYPE example_value_count counter',
  ]);
});

test('epochTimestamp is the timestamp of a sample if the element has one', async () => {
  const adapter = await startAdapter(configuration);
  const values = [{ ...data.values[1], timestamp: 1657568506 }];
  const answer = await adapter.get(`/probe?target=${await serveApp({ values })}`);
  expect(await answer.text()).toContain('\nexample_timestamped_value_count{environment="beta"} 2 1657568506000\n');
});

test.each([
  ['a value that is allowed to be missing', 'value', true],
  ['a value that is missing', 'value', false],
  ['a value of an object that is allowed to be missing', 'object', true],
  ['a value of an object that is missing', 'object', false],
])('%s gives no series, and an error is counted only where it is not allowed', async (_what, type, allowed) => {
  const metric = { name: 'm', type, allow_missing_key: allowed, path: '{.missing}', values: {} };
  if (type === 'object') Object.assign(metric, { path: '{.values[0]}', values: { gone: '{ .missing }' } });
  const adapter = await startAdapter(JSON.stringify({ modules: { default: { metrics: [metric] } } }));
  const answer = await adapter.get(`/probe?target=${await serveApp(data)}`);
  expect([answer.status, await answer.text()]).toEqual([200, '']);
  const counted = await adapter.samples('adapter_errors_total{reason="value",source="probe"}');
  expect(counted).toEqual(allowed ? [] : ['adapter_errors_total{reason="value",source="probe"} 1']);
});
