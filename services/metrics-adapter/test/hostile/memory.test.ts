import { expect, test } from 'vitest';
import { encodeProtobuf } from '../../src/exposition/protobuf.ts';
import { ExpositionCollector } from '../../src/prometheus/collector.ts';
import { parseExposition } from '../../src/prometheus/parse.ts';
import { parseProtobuf } from '../../src/prometheus/parse-protobuf.ts';
import { labelsText, parseLabelsText } from '../../src/series/labels.ts';
import { Snapshot } from '../../src/series/snapshot.ts';
import { SeriesStore } from '../../src/series/store.ts';
import { StatsdCounts } from '../../src/statsd/counts.ts';
import { StatsdIngest } from '../../src/statsd/ingest.ts';
import { MappingTable } from '../../src/statsd/mapping/mapping.ts';
import { heapUsed } from '../support/heap.ts';
import { serveApp } from '../support/serve-app.ts';
import { startAdapter } from '../support/start-adapter.ts';

const unlimited = { seriesPerMetric: 1e9, seriesPerSource: 1e9 };

function collect(heap: number) {
  const snapshot = new Snapshot(unlimited, () => undefined, heap);
  const options = { relabel: () => true, honorTimestamps: true, onError: () => undefined };
  return { snapshot, collector: new ExpositionCollector({ ...options, snapshot }) };
}

/** Enough lines for what the rest of the process takes and frees meanwhile not to matter. */
const repeat = (make: (at: number) => string) => Array.from({ length: 30_000 }, (_none, at) => make(at)).join('');

test.each([
  ['series', repeat((at) => `a{b="${at}"} 1\n`), false],
  ['metrics', repeat((at) => `a${at} 1\n`), false],
  ['metadata', repeat((at) => `# TYPE a${at} gauge\n`), false],
  ['histograms', `# TYPE h histogram\n${repeat((at) => `h_sum{a="${at}"} 1\n`)}`, false],
  ['buckets', `# TYPE h histogram\n${repeat((at) => `h_bucket{le="${at}"} 1\n`)}`, false],
  ['times', `# TYPE c counter\n${repeat((at) => `c_created{a="${at}"} 1\n`)}`, true],
])('an exposition of many %s is too large for a small heap, before it fills it', async (_what, text, openMetrics) => {
  const small = collect(600_000).collector;
  await expect(parseExposition(text, openMetrics, small)).rejects.toThrow('would take more than 0 MiB of memory');
  const { snapshot, collector } = collect(640_000_000);
  const before = heapUsed();
  await parseExposition(`${text}# EOF\n`, openMetrics, collector);
  const taken = heapUsed() - before;
  expect(snapshot.bytes).toBeGreaterThan(taken / 2);
});

test('protobuf is decoded metric by metric, and a metric that is too long is refused', async () => {
  const { collector } = collect(64_000_000);
  const before = heapUsed();
  const length = Buffer.from([0xc0, 0x84, 0x3d]);
  const empty = Buffer.from([0x22, 0]);
  let metrics = 0;
  let most = 0;
  collector.refused = () => {
    metrics += 1;
    if (metrics % 10_000 === 0) most = Math.max(most, process.memoryUsage().heapUsed);
  };
  await parseProtobuf(Buffer.concat([length, Buffer.alloc(1_000_000, empty)]), collector);
  expect(metrics).toBe(500_000);
  expect(most - before).toBeLessThan(64_000_000);
  const series = new Map([[labelsText([['a', 'x'.repeat(300_000)]]), { value: 1 }]]);
  const bytes = Buffer.concat([...encodeProtobuf([{ name: 'g', help: '', type: 'gauge', series }], 'allow-utf-8')]);
  await expect(parseProtobuf(bytes, collector)).rejects.toThrow('a metric of the response is longer than 262144 bytes');
});

test('a label of megabytes costs no other series, in any format', async () => {
  const long = `${'x'.repeat(9_000_000)}${'\\\\'.repeat(1_000_000)}`;
  const app = await serveApp(`g{a="${long}"} 1\nfine 1\n`);
  const adapter = await startAdapter(`prometheus: [{ name: app, url: '${app}' }]`);
  const accept = 'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited';
  for (const headers of [{}, { accept }]) {
    const page = Buffer.from(await (await adapter.get('/metrics', headers)).arrayBuffer());
    expect(page.includes('fine')).toBe(true);
  }
  expect(parseLabelsText(`a="${long}"`)[0]?.[1]).toHaveLength(10_000_000);
});

test('StatsD series keep their names and not their packets, and their memory is within the budget', () => {
  const store = new SeriesStore();
  const styles = { dogstatsd: true, influxdb: true, librato: true, signalfx: true };
  const sets = { maxAge: 60_000, maxMembers: 100 };
  const sink = store.sink('s', unlimited);
  const ingest = new StatsdIngest({
    sink,
    styles,
    sets,
    mapping: new MappingTable({}),
    counts: new StatsdCounts(),
    cacheSize: 100,
  });
  const before = heapUsed();
  const rest = 'x'.repeat(60_000);
  for (let at = 0; at < 1000; at += 1) ingest.packet(`a_metric_with_a_name_${at}:1|c\n${rest}${at}`);
  const taken = heapUsed() - before;
  expect(taken).toBeLessThan(8_000_000);
  expect(store.bytes).toBeGreaterThan(taken / 3);
});
