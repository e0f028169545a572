import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { adapterSchema } from '../src/config/schema.ts';
import { httpClientSchema } from '../src/fetch/config.ts';
import { jsonSchema } from '../src/json/config.ts';
import { prometheusSchema } from '../src/prometheus/config.ts';
import { csvSchema, keyValueSchema } from '../src/text/config.ts';
import { inputSchema } from './support/input-schema.ts';
import { fileTable, readCells, schemaTable } from './support/schema-table.ts';
import { serveApp } from './support/serve-app.ts';
import { startAdapter } from './support/start-adapter.ts';

const read = (...path: string[]) => readFileSync(join(import.meta.dirname, '..', ...path), 'utf8');
const between = (text: string, begin: string, end: string) => text.split(`${begin}\n`)[1]?.split(`\n${end}`)[0];

test('README has every key of the file except those of sources', () => {
  const table = between(read('README.md'), '<!-- file -->', '<!-- /file -->');
  expect(readCells(table)).toEqual(readCells(fileTable(adapterSchema)));
});

test.each([
  ['client', httpClientSchema],
  ['json', jsonSchema],
  ['prometheus', prometheusSchema],
  ['keyValue', keyValueSchema],
  ['csv', csvSchema],
])('docs/pull.md has every setting of %s', (name, schema) => {
  const table = between(read('docs', 'pull.md'), `<!-- settings ${name} -->`, '<!-- end -->');
  expect(readCells(table)).toEqual(readCells(schemaTable(schema)));
});

test('the published JSON Schema is the one in use', () => {
  const [file, client] = JSON.parse(JSON.stringify([adapterSchema, httpClientSchema]));
  expect(JSON.parse(read('config.schema.json'))).toEqual(inputSchema(file, { client }));
});

test("the example for podkit's app reads its /stats", async () => {
  const stats = {
    requests: { byRoute: [{ route: '/', method: 'GET', status: 200, count: 3, secondsSum: 0.5 }] },
    inFlight: 1,
  };
  const app = await serveApp({ ...stats, uptimeSeconds: 9, process: { rssBytes: 5 } });
  const adapter = await startAdapter(read('examples', 'app.yaml').replace(/http:\/\/127\.0\.0\.1:\d+/, app));
  expect(await adapter.samples('app_')).toEqual([
    'app_requests_total{method="GET",route="/",status="200"} 3',
    'app_request_seconds_total{method="GET",route="/",status="200"} 0.5',
    'app_in_flight_requests 1',
    'app_uptime_seconds 9',
    'app_resident_memory_bytes 5',
  ]);
});
