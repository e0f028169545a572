import { expect, test } from 'vitest';
import { parseAdapterConfig } from '../../src/config/load.ts';
import { serveApp } from '../support/serve-app.ts';
import { startAdapter } from '../support/start-adapter.ts';

const adapterFor = async (document: object | string, metrics: string) =>
  startAdapter(`json: [{ name: app, url: '${await serveApp(document)}', metrics: [${metrics}] }]`);

test('a number as the setting value is the value of every element', async () => {
  const adapter = await adapterFor(
    { items: [{ n: 'a' }, { n: 'b' }] },
    `{ name: it, path: '$.items[*]', value: 1, labels: { n: '@.n' } }`,
  );
  expect(await adapter.samples('it')).toEqual(['it{n="a"} 1', 'it{n="b"} 1']);
});

const mapped = (map: string) => `{ name: it, path: '$.items[*]', value: '@.v', labels: { n: '@.n' }, map: ${map} }`;

test('a map gives numbers to texts; other texts are read as numbers or get the number of *', async () => {
  const items = ['up', 'down', '7', 'odd', true].map((v, n) => ({ n, v }));
  const all = await adapterFor({ items }, mapped("{ up: 1, down: 0, 'true': 5, '*': -1 }"));
  expect(await all.samples('it')).toEqual(['it{n="0"} 1', 'it{n="1"} 0', 'it{n="2"} 7', 'it{n="3"} -1', 'it{n="4"} 5']);
  const some = await adapterFor({ items }, mapped('{ up: 1, down: 0 }'));
  expect(await some.samples('it')).toEqual(['it{n="0"} 1', 'it{n="1"} 0', 'it{n="2"} 7', 'it{n="4"} 1']);
  expect(await some.samples('adapter_errors')).toEqual(['adapter_errors_total{reason="value",source="app"} 2']);
});

test('a unit after a number is converted in JSON, keys and values, and CSV', async () => {
  const json = await adapterFor(
    { rss: '16316 kB', cpu: '42%', took: '1.5ms' },
    `{ name: rss, value: $.rss }, { name: cpu, value: $.cpu },
    { name: took, value: $.took }, { name: proc, value: $.rss, kilobyte: 1024 }`,
  );
  expect([
    ...(await json.samples('rss')),
    ...(await json.samples('cpu')),
    ...(await json.samples('took')),
    ...(await json.samples('proc')),
  ]).toEqual(['rss 16316000', 'cpu 0.42', 'took 0.0015', 'proc 16707584']);
  const text = await startAdapter(`
keyValue: [{ name: kv, url: '${await serveApp('VmRSS:\t16316 kB\n')}', separator: ':', metrics: [{ name: rss, match: VmRSS, kilobyte: 1024 }] }]
csv: [{ name: csv, url: '${await serveApp('disk,used\na,42%\n')}', metrics: [{ name: used, value: used, labels: { disk: disk } }] }]`);
  expect(await text.samples('rss')).toEqual(['rss 16707584']);
  expect(await text.samples('used')).toEqual(['used{disk="a"} 0.42']);
});

test('a time as a value becomes seconds since the epoch by its format and zone', async () => {
  const adapter = await adapterFor(
    { a: '2022-07-11 21:41:46', b: '11/Jul/2022:21:41:46 +0200', c: 1657568506000 },
    `
    { name: a_seconds, value: $.a, valueFormat: time, timeZone: Europe/Berlin },
    { name: b_seconds, value: $.b, valueFormat: time, timeFormat: 'dd/MMM/yyyy:HH:mm:ss ZZZ' }, { name: c_seconds, value: $.c, valueFormat: time }`,
  );
  for (const name of ['a', 'b', 'c'])
    expect(await adapter.samples(`${name}_seconds`)).toEqual([`${name}_seconds 1657568506`]);
});

test('the timestamp of a sample has the format and zone of its metric; another is counted as an error', async () => {
  const document = {
    items: [
      { at: '11.07.2022 21:41:46', v: 1 },
      { at: '2022-07-11T19:41:46Z', v: 2 },
    ],
  };
  const adapter = await adapterFor(
    document,
    `{ name: it, path: '$.items[*]', value: '@.v', labels: { v: '@.v' },
    timestamp: '@.at', timeFormat: 'dd.MM.yyyy HH:mm:ss', timeZone: Europe/Berlin }`,
  );
  expect(await adapter.samples('it')).toEqual(['it{v="1"} 1 1657568506000']);
  expect(await adapter.samples('adapter_errors')).toEqual(['adapter_errors_total{reason="timestamp",source="app"} 2']);
});

const openMetrics = { accept: 'application/openmetrics-text;version=1.0.0' };

test('an info is 1 with its labels', async () => {
  const adapter = await adapterFor(
    { version: '1.2' },
    `{ name: app_build_info, type: info, labels: { version: '@.version' } }`,
  );
  const text = await (await adapter.get('/metrics', openMetrics)).text();
  expect(text).toContain('# TYPE app_build info\napp_build_info{version="1.2"} 1\n');
});

test.each([
  ['a text', '"b"'],
  ['a list', '["b"]'],
  ['an object of truth values', '{"a": false, "b": true}'],
])('a stateset from %s has every state, one of which is current', async (_what, state) => {
  const adapter = await adapterFor(
    `{"s": ${state}, "n": "x"}`,
    `{ name: mode, type: stateset, value: '@.s', states: [a, b], labels: { z: '@.n' } }`,
  );
  const text = await (await adapter.get('/metrics', openMetrics)).text();
  expect(text).toContain('# TYPE mode stateset\nmode{mode="a",z="x"} 0\nmode{mode="b",z="x"} 1\n');
});

test('a state that is not listed is counted, and no state is current', async () => {
  const adapter = await adapterFor({ s: 'c' }, `{ name: mode, type: stateset, value: '@.s', states: [a, b] }`);
  expect(await adapter.samples('mode')).toEqual(['mode{mode="a"} 0', 'mode{mode="b"} 0']);
  expect(await adapter.samples('adapter_errors')).toEqual(['adapter_errors_total{reason="value",source="app"} 2']);
});

const expected = ['h_bucket{le="0.1"} 3', 'h_bucket{le="1"} 7', 'h_bucket{le="+Inf"} 9', 'h_sum 2.5', 'h_count 9'];
test.each([
  ['an object', '{"buckets": {"100": 3, "1000": 7, "+Inf": 9}, "sum": 2500, "count": 9}', 'true'],
  ['pairs, without the last bucket', '{"buckets": [[100, 3], [1000, 7]], "sum": 2500, "count": 9}', 'true'],
  [
    'objects, each bucket alone',
    '{"buckets": [{"le": 100, "count": 3}, {"le": 1000, "count": 4}, {"le": "+Inf", "count": 2}], "sum": 2500}',
    'false',
  ],
])('a histogram is read from %s', async (_what, document, cumulative) => {
  const adapter = await adapterFor(
    document,
    `{ name: h, type: histogram, scale: 0.001, histogram: { cumulative: ${cumulative} } }`,
  );
  expect(await adapter.samples('h')).toEqual(expected);
});

test.each([
  ['falling counts', '{"buckets": {"1": 3, "2": 2}}'],
  ['a count below the buckets', '{"buckets": {"1": 3}, "count": 2}'],
  ['a bound that is no number', '{"buckets": {"a": 3}}'],
  ['a count that is no count', '{"buckets": {"1": -3}}'],
])('a histogram with %s is left out and counted', async (_what, document) => {
  const adapter = await adapterFor(document, '{ name: h, type: histogram }');
  expect(await adapter.samples('h')).toEqual([]);
  expect(await adapter.samples('adapter_errors')).toEqual(['adapter_errors_total{reason="value",source="app"} 2']);
});

test.each([
  ['{ name: build, type: info }', 'the name of an info must end with _info'],
  ['{ name: mode, type: stateset }', 'a stateset needs states'],
  ["{ name: mode, type: stateset, states: [a], labels: { mode: '@.m' } }", 'a stateset has its own label mode'],
  ["{ name: h, type: histogram, labels: { le: '@.le' } }", 'a histogram has its own label le'],
  ['{ name: it, timeZone: Nowhere }', 'is not a time zone'],
])('%s is an error at load', (metric, message) => {
  expect(() => parseAdapterConfig(`json: [{ name: app, url: 'http://x', metrics: [${metric}] }]`, 'a.yaml')).toThrow(
    message,
  );
});
