import protobuf from 'protobufjs';
import { expect, test } from 'vitest';
import { encodeProtobuf } from '../../src/exposition/protobuf.ts';
import { toSpans } from '../../src/exposition/spans.ts';
import type { Family } from '../../src/series/family.ts';
import { NativeHistogram } from '../../src/series/native-histogram.ts';
import { serveApp } from '../support/serve-app.ts';
import { startAdapter } from '../support/start-adapter.ts';

/** The part of the published schema that we write; an independent decoder reads our bytes by it. */
const schema = `
syntax = "proto2"; package p;
message LabelPair { optional string name = 1; optional string value = 2; }
message Gauge { optional double value = 1; }
message Timestamp { optional int64 seconds = 1; optional int32 nanos = 2; }
message Exemplar { repeated LabelPair label = 1; optional double value = 2; optional Timestamp timestamp = 3; }
message Counter { optional double value = 1; optional Exemplar exemplar = 2; optional Timestamp created_timestamp = 3; }
message Quantile { optional double quantile = 1; optional double value = 2; }
message Summary { optional uint64 sample_count = 1; optional double sample_sum = 2; repeated Quantile quantile = 3; }
message Untyped { optional double value = 1; }
message Bucket { optional uint64 cumulative_count = 1; optional double upper_bound = 2; optional Exemplar exemplar = 3; }
message BucketSpan { optional sint32 offset = 1; optional uint32 length = 2; }
message Histogram { optional uint64 sample_count = 1; optional double sample_sum = 2; repeated Bucket bucket = 3;
  optional sint32 schema = 5; optional double zero_threshold = 6; optional uint64 zero_count = 7;
  repeated BucketSpan negative_span = 9; repeated sint64 negative_delta = 10 [packed=true];
  repeated BucketSpan positive_span = 12; repeated sint64 positive_delta = 13 [packed=true]; }
message Metric { repeated LabelPair label = 1; optional Gauge gauge = 2; optional Counter counter = 3; optional Summary summary = 4;
  optional Untyped untyped = 5; optional int64 timestamp_ms = 6; optional Histogram histogram = 7; }
message MetricFamily { optional string name = 1; optional string help = 2; optional int32 type = 3; repeated Metric metric = 4; optional string unit = 5; }
`;
const family = protobuf.parse(schema, { keepCase: true }).root.lookupType('p.MetricFamily');

function decoded(families: readonly Family[]): Record<string, unknown>[] {
  return decodedBytes(Buffer.concat([...encodeProtobuf(families, 'allow-utf-8')]));
}

function decodedBytes(bytes: Buffer): Record<string, unknown>[] {
  const reader = protobuf.Reader.create(bytes);
  const found: Record<string, unknown>[] = [];
  while (reader.pos < reader.len) found.push(family.toObject(family.decodeDelimited(reader), { longs: Number }));
  return found;
}

test('counters, gauges, untyped values and summaries are decoded as they were encoded', () => {
  const series = new Map([['a="é\\"",my="x"', { value: 1.5, timestamp: 1234 }]]);
  const label = [
    { name: 'a', value: 'é"' },
    { name: 'my', value: 'x' },
  ];
  const summary = new Map([['', { quantiles: [[0.5, 2] as const], sum: 3, count: 4 }]]);
  expect(
    decoded([
      { name: 'c_total', type: 'counter', help: 'C', unit: 'u', series },
      { name: 'g', type: 'gauge', help: '', series },
      { name: 'u', type: 'unknown', help: '', series },
      { name: 's', type: 'summary', help: '', series: summary },
    ]),
  ).toEqual([
    {
      name: 'c_total',
      help: 'C',
      type: 0,
      unit: 'u',
      metric: [{ label, counter: { value: 1.5 }, timestamp_ms: 1234 }],
    },
    { name: 'g', help: '', type: 1, metric: [{ label, gauge: { value: 1.5 }, timestamp_ms: 1234 }] },
    { name: 'u', help: '', type: 3, metric: [{ label, untyped: { value: 1.5 }, timestamp_ms: 1234 }] },
    {
      name: 's',
      help: '',
      type: 2,
      metric: [{ summary: { sample_count: 4, sample_sum: 3, quantile: [{ quantile: 0.5, value: 2 }] } }],
    },
  ]);
});

test('exemplars of counters and buckets have their labels and times, and none has more than 128 characters', () => {
  const exemplar = { labels: `t="${'💥'.repeat(127)}"`, value: 2, timestamp: 1500 };
  const long = { ...exemplar, labels: `t="${'x'.repeat(128)}"` };
  const point = { bounds: [1], counts: [1, 1], sum: 3, count: 2 };
  const exemplars = new Map([
    [0, exemplar],
    [1, long],
  ]);
  const found = decoded([
    { name: 'c_total', type: 'counter', help: '', series: new Map([['', { value: 1, exemplar }]]) },
    { name: 'd_total', type: 'counter', help: '', series: new Map([['', { value: 1, exemplar: long }]]) },
    { name: 'h', type: 'histogram', help: '', series: new Map([['', { ...point, exemplars }]]) },
  ]);
  const label = [{ name: 't', value: '💥'.repeat(127) }];
  const expected = { label, value: 2, timestamp: { seconds: 1, nanos: 500_000_000 } };
  expect(found.map(({ metric }) => metric)).toEqual([
    [{ counter: { value: 1, exemplar: expected } }],
    [{ counter: { value: 1 } }],
    [
      {
        histogram: {
          sample_count: 2,
          sample_sum: 3,
          bucket: [
            { cumulative_count: 1, upper_bound: 1, exemplar: expected },
            { cumulative_count: 2, upper_bound: Number.POSITIVE_INFINITY },
          ],
        },
      },
    ],
  ]);
});

const traceLabel = (value: string) => [{ name: 't', value }];

test('exemplars of an OpenMetrics source with their timestamps pass to protobuf', async () => {
  const lines = [
    '# TYPE a counter',
    'a_total 3 # {t="x"} 2 1.5',
    '# TYPE h histogram',
    'h_bucket{le="1"} 1 # {t="y"} 0.5 2.25',
    'h_bucket{le="+Inf"} 2 # {t="z"} 7 3',
    'h_sum 7.5',
    'h_count 2',
    '# EOF\n',
  ];
  const adapter = await startAdapter(`prometheus: [{ name: app, url: '${await serveApp(lines.join('\n'))}' }]`);
  const accept =
    'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;escaping=allow-utf-8';
  const found = decodedBytes(Buffer.from(await (await adapter.get('/metrics', { accept })).arrayBuffer()));
  expect(found.find(({ name }) => name === 'a_total')).toMatchObject({
    metric: [
      { counter: { value: 3, exemplar: { label: traceLabel('x'), value: 2, timestamp: { seconds: 1, nanos: 5e8 } } } },
    ],
  });
  const bucket = [
    { exemplar: { label: traceLabel('y'), value: 0.5, timestamp: { seconds: 2, nanos: 25e7 } } },
    { exemplar: { label: traceLabel('z'), value: 7, timestamp: { seconds: 3 } } },
  ];
  expect(found.find(({ name }) => name === 'h')).toMatchObject({ metric: [{ histogram: { bucket } }] });
});

test('a native histogram has its spans and deltas beside the classic buckets', () => {
  const native = new NativeHistogram(2, 160);
  for (const value of [0, 1, 1.5, 2, 16, -4]) native.observe(value, 2);
  const series = new Map([['', { bounds: [1], counts: [6, 6], sum: 33, count: 12, native }]]);
  const [histogram] = decoded([{ name: 'h', type: 'histogram', help: '', series }]);
  expect(histogram).toMatchObject({
    metric: [
      {
        histogram: {
          sample_count: 12,
          sample_sum: 33,
          bucket: [
            { cumulative_count: 6, upper_bound: 1 },
            { cumulative_count: 12, upper_bound: Infinity },
          ],
          schema: 0,
          zero_count: 2,
          negative_span: [{ offset: 2, length: 1 }],
          negative_delta: [2],
          positive_span: [
            { offset: 0, length: 2 },
            { offset: 2, length: 1 },
          ],
          positive_delta: [2, 2, -2],
        },
      },
    ],
  });
});

test('many series of one family are one message', () => {
  const series = new Map(Array.from({ length: 5000 }, (_item, at) => [`id="${at}"`, { value: at }] as const));
  const [only, ...more] = decoded([{ name: 'g', type: 'gauge', help: '', series }]);
  expect([only?.['metric'], more]).toEqual([expect.objectContaining({ length: 5000 }), []]);
});

test('spans skip empty buckets', () => {
  expect(
    toSpans(
      new Map([
        [5, 1],
        [-3, 2],
        [-2, 2],
      ]),
    ),
  ).toMatchObject({
    spans: [
      { offset: -3, length: 2 },
      { offset: 6, length: 1 },
    ],
    deltas: [2, 0, -1],
  });
});
