import { expect, test } from 'vitest';
import { encodeProtobuf } from '../../src/exposition/protobuf.ts';
import type { Family } from '../../src/series/family.ts';
import { serveApp } from '../support/serve-app.ts';
import { startAdapter } from '../support/start-adapter.ts';

const protobufType =
  'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited; escaping=allow-utf-8';

async function startWithResponse(bytes: Buffer, more = '') {
  const url = await serveApp((_request, response) => {
    response.setHeader('content-type', protobufType);
    response.end(bytes);
  });
  return startAdapter(`prometheus: [{ name: app, url: '${url}' ${more} }]`);
}

const native = {
  schema: 1,
  zeroThreshold: 1e-9,
  zeroCount: 2,
  positive: new Map([
    [-1, 1],
    [0, 3],
    [5, 1],
  ]),
  negative: new Map([[2, 4]]),
};
const families: Family[] = [
  {
    name: 'c_total',
    help: 'c',
    type: 'counter',
    series: new Map([
      ['a="1"', { value: 3, created: 1_700_000_000_500, exemplar: { labels: 't="x"', value: 1, timestamp: 1500 } }],
    ]),
  },
  { name: 'my.gauge', help: 'g', type: 'gauge', series: new Map([['"a.b"="1"', { value: -2.5, timestamp: -7 }]]) },
  {
    name: 's',
    help: 's',
    type: 'summary',
    series: new Map([['', { quantiles: [[0.5, 1]] as const, sum: 2, count: 3 }]]),
  },
  {
    name: 'h',
    help: 'h',
    type: 'histogram',
    series: new Map([['', { bounds: [0.1, 1], counts: [1, 2, 3], sum: 4, count: 6 }]]),
  },
  {
    name: 'n',
    help: 'n',
    type: 'histogram',
    series: new Map([['x="1"', { bounds: [], counts: [], sum: 4, count: 11, native }]]),
  },
  {
    name: 'f',
    help: 'f',
    type: 'histogram',
    series: new Map([
      [
        '',
        {
          bounds: [],
          counts: [],
          sum: 4,
          count: 2.5,
          native: { ...native, fractions: true, zeroCount: 0.5, positive: new Map([[1, 2]]), negative: new Map() },
        },
      ],
    ]),
  },
];

const readPage = async (response: Response) => Buffer.from(await response.arrayBuffer());

test('protobuf with native histograms, timestamps and exemplars passes unchanged', async () => {
  const bytes = Buffer.concat([...encodeProtobuf(families, 'allow-utf-8')]);
  const adapter = await startWithResponse(bytes);
  const passed = await readPage(await adapter.get('/metrics', { accept: protobufType }));
  for (const family of families) {
    const single = Buffer.concat([...encodeProtobuf([family], 'allow-utf-8')]);
    expect([family.name, passed.includes(single)]).toEqual([family.name, true]);
  }
  expect(await adapter.samples('adapter_errors_total')).toEqual([]);
});

test('a native histogram whose buckets do not add up to its count is left out: Prometheus would refuse the page', async () => {
  const series = new Map([['', { bounds: [], counts: [], sum: 4, count: 12, native }]]);
  const odd: Family = { name: 'odd', help: '', type: 'histogram', series };
  const adapter = await startWithResponse(Buffer.concat([...encodeProtobuf([odd], 'allow-utf-8')]));
  expect(await adapter.samples('adapter_errors')).toEqual([
    'adapter_errors_total{reason="native_histogram",source="app"} 1',
  ]);
});

test('a native histogram alone is shown in a text by its sum and count', async () => {
  const adapter = await startWithResponse(Buffer.concat([...encodeProtobuf(families, 'allow-utf-8')]));
  expect(await adapter.samples('n_')).toEqual(['n_bucket{x="1",le="+Inf"} 11', 'n_sum{x="1"} 4', 'n_count{x="1"} 11']);
});

test('a summary whose sum a rule drops becomes plain samples in protobuf, which would add a sum of 0', async () => {
  const rule = '{ source_labels: [__name__], regex: s_sum, action: drop }';
  const adapter = await startWithResponse(
    Buffer.concat([...encodeProtobuf(families, 'allow-utf-8')]),
    `, relabel: [${rule}]`,
  );
  const passed = await readPage(await adapter.get('/metrics', { accept: protobufType }));
  expect([passed.includes('s_count'), passed.includes('s_sum')]).toEqual([true, false]);
});

test.each([
  ['cut off', (bytes: Buffer) => bytes.subarray(0, -3)],
  ['with bytes that are none', () => Buffer.from([5, 255, 255, 255, 255, 255])],
  ['that is a text', () => Buffer.from('# TYPE a gauge\na 1\n')],
])('protobuf %s counts as not read', async (_what, change) => {
  const adapter = await startWithResponse(change(Buffer.concat([...encodeProtobuf(families, 'allow-utf-8')])));
  expect(await adapter.samples('adapter_up')).toEqual(['adapter_up{source="app"} 0']);
});
