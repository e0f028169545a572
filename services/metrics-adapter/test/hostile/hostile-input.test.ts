import { expect, test } from 'vitest';
import { compileKubectl } from '../../src/json/kubectl/template.ts';
import { checkCost, type Json } from '../../src/json/parse.ts';
import { toTime } from '../../src/json/value.ts';
import { ExpositionCollector } from '../../src/prometheus/collector.ts';
import { parseProtobuf } from '../../src/prometheus/parse-protobuf.ts';
import { parseSampleLine } from '../../src/prometheus/sample-line.ts';
import { Snapshot } from '../../src/series/snapshot.ts';
import { StreamLines } from '../../src/statsd/listeners/stream-lines.ts';
import { leastCpuTime } from '../support/cpu-time.ts';
import { serveApp } from '../support/serve-app.ts';
import { startAdapter } from '../support/start-adapter.ts';
import { scrapeStatsd } from '../support/statsd-adapter.ts';

const protobuf = 'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited';

test.each([
  ['blanks in the braces', (size: number) => `a{b${' '.repeat(size)}x="1"} 1`],
  ['a value of digits', (size: number) => `a ${'1'.repeat(size)}x`],
  ['escapes', (size: number) => `a{b="${'\\\\'.repeat(size)}`],
  ['labels', (size: number) => `a{${Array.from({ length: size / 8 }, (_, at) => `l${at}="1"`).join(',')}} x`],
])('the time for a line of many %s grows with its length, no faster', (_what, line) => {
  const cost = (size: number) => {
    const text = line(size);
    return leastCpuTime(() => expect(parseSampleLine(text)).toBe('malformed_line'));
  };
  cost(1000);
  expect(cost(160_000)).toBeLessThan(16 * 10 * cost(10_000) + 50);
});

test.each([
  ['a count of +Inf', '# TYPE h histogram\nh_bucket{le="+Inf"} +Inf\nh_sum 1\nh_count +Inf\nfine 1\n'],
  ['a timestamp of +Inf', 'g 1 +Inf\nfine 1\n'],
  ['a timestamp of 1e300', 'g 1 1e300\nfine 1\n'],
])('a scrape as protobuf ends with %s in a source, and has the other samples', async (_what, body) => {
  const adapter = await startAdapter(`prometheus: [{ name: app, url: '${await serveApp(body)}' }]`);
  const page = Buffer.from(await (await adapter.get('/metrics', { accept: protobuf })).arrayBuffer());
  expect(page.includes('fine')).toBe(true);
});

test.each([
  ['seconds', 1_700_000_000],
  ['milliseconds', 1_700_000_000_000],
  ['microseconds', 1_700_000_000_000_000],
  ['nanoseconds', '1700000000000000000'],
  ['ISO 8601', '2023-11-14T22:13:20Z'],
])('a time in %s is recognised', (_what, value) => {
  expect(toTime(value)).toBe(1_700_000_000_000);
});

test.each([Infinity, Number.NaN, 1e300, true, 't', 'constructor', 'soon', '1e20'])('%s is not a time', (value) => {
  expect(toTime(value)).toBeUndefined();
});

test('a JSON document that would not fit into the heap is refused before it is parsed', () => {
  const document = Buffer.from(`[${'{},'.repeat(100_000)}{}]`);
  expect(() => checkCost(document, 64 * 1_048_576)).toThrow('would take about 32 MiB of memory, more than 16 MiB');
  expect(() => checkCost(document, 1024 * 1_048_576)).not.toThrow();
});

test('a JSON histogram of many buckets costs only the histogram if it is malformed', async () => {
  const url = await serveApp({ buckets: Array.from({ length: 200_000 }, () => [1, 1]), fine: 1 });
  const adapter = await startAdapter(
    `json: [{ name: app, url: '${url}', metrics: [{ name: h, type: histogram }, { name: fine, value: $.fine }] }]`,
  );
  expect(await adapter.samples('fine')).toEqual(['fine 1']);
  expect(await adapter.samples('adapter_errors')).toEqual(['adapter_errors_total{reason="value",source="app"} 2']);
});

test('what is nested deeply is not selected again and again by ".."', () => {
  let document: Json = { b: 1 };
  for (let depth = 0; depth < 5000; depth += 1) document = { a: document };
  expect(() => compileKubectl('{..a..b}').values(document)).toThrow('.. selects more than 4000000 values');
});

test('a row of CSV with too many fields is refused before it is parsed', async () => {
  const adapter = await startAdapter(
    `csv: [{ name: app, url: '${await serveApp(','.repeat(100_000))}', metrics: [{ name: c, value: x }] }]`,
  );
  expect(await adapter.samples('adapter_up')).toEqual(['adapter_up{source="app"} 0']);
  expect(await adapter.samples('adapter_errors')).toEqual(['adapter_errors_total{reason="too_large",source="app"} 2']);
});

test('families without metrics in protobuf do not keep others from running', async () => {
  let hasRun = false;
  setImmediate(() => (hasRun = true));
  const snapshot = new Snapshot({ seriesPerMetric: 1, seriesPerSource: 1 }, () => undefined);
  const collector = new ExpositionCollector({
    snapshot,
    relabel: () => true,
    honorTimestamps: true,
    onError: () => undefined,
  });
  await parseProtobuf(Buffer.alloc(1_000_000), collector);
  expect(hasRun).toBe(true);
});

test.each([[[10_000]], [[1, 5, 300, 9694]], [[300, 9700]]])(
  'a line beyond maxLineBytes is dropped when it comes in pieces of %j bytes',
  (sizes) => {
    const lines: string[] = [];
    let tooLong = 0;
    const stream = new StreamLines({
      maxLineBytes: 256,
      onLines: (text) => lines.push(...text.split('\n')),
      onTooLong: () => (tooLong += 1),
    });
    const bytes = Buffer.from(`good:1|c\n${'x'.repeat(9979)}\nlast:1|c\n\n`.padEnd(10_000, '\n'));
    let from = 0;
    for (const size of sizes) stream.push(bytes.subarray(from, (from += size)));
    expect([lines.filter((line) => line !== ''), tooLong]).toEqual([['good:1|c', 'last:1|c'], 1]);
  },
);

test.each([
  'adapter_up{source="app"} 5\n',
  '{"adapter.up",source="app"} 5\n',
  '# TYPE adapter summary\nadapter_sum 5\nadapter_count 5\n',
])("%j does not write into the adapter's own names", async (text) => {
  const url = await serveApp(`${text}fine 1\n`);
  const adapter = await startAdapter(`prometheus: [{ name: app, url: '${url}' }]`);
  await adapter.get('/metrics');
  expect(await adapter.samples('adapter_up')).toEqual(['adapter_up{source="app"} 1']);
  expect(await adapter.samples('adapter_sum')).toEqual([]);
  expect(await adapter.samples('fine')).toEqual(['fine 1']);
  expect((await adapter.samples('adapter_errors_total')).join()).toContain('reason="reserved_name"');
});

test("StatsD does not write into the adapter's own names, and counts a conflict", async () => {
  const { adapter, samples } = await scrapeStatsd('mappings: []\n', 'adapter_up:1|g\nadapter:1|ms\nfine:1|g');
  expect(samples).toEqual(['fine 1']);
  expect(await adapter.samples('adapter_statsd_events_conflict_total')).toEqual([
    'adapter_statsd_events_conflict_total{metric="adapter_up",source="statsd"} 1',
    'adapter_statsd_events_conflict_total{metric="adapter",source="statsd"} 1',
  ]);
});

test('concurrent requests share one rendered page', async () => {
  let asked = 0;
  const url = await serveApp((_request, response) => {
    asked += 1;
    setImmediate(() => response.end('fine 1\n'));
  });
  const adapter = await startAdapter(`prometheus: [{ name: app, url: '${url}' }]`);
  const pages = await Promise.all(Array.from({ length: 50 }, async () => (await adapter.get('/metrics')).text()));
  expect(pages.every((page) => page.includes('\nfine 1\n'))).toBe(true);
  expect(asked).toBeLessThan(50);
});

test.each(['text/plain;version=0.0.4', protobuf])(
  'label names that become equal without UTF-8 stay different for %s',
  async (accept) => {
    const url = await serveApp('g{"a.b"="1","a-b"="2",a_b="3"} 1\n');
    const adapter = await startAdapter(`prometheus: [{ name: app, url: '${url}' }]`);
    const page = Buffer.from(await (await adapter.get('/metrics', { accept })).arrayBuffer()).toString('latin1');
    expect(['a_b', 'U__a_2E_b', 'U__a_2D_b'].filter((name) => !page.includes(name))).toEqual([]);
  },
);
