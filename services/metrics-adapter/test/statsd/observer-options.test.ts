import { createSocket } from 'node:dgram';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLogger } from '@podkit/chassis/log/logger';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { expect, onTestFinished, test } from 'vitest';
import type { Family } from '../../src/series/family.ts';
import { SeriesStore } from '../../src/series/store.ts';
import { statsdSchema } from '../../src/statsd/config.ts';
import { StatsdCounts } from '../../src/statsd/counts.ts';
import { StatsdIngest } from '../../src/statsd/ingest.ts';
import { parseMappingFile } from '../../src/statsd/mapping/mapping.ts';
import { StatsdSource } from '../../src/statsd/statsd-source.ts';
import { parseSource } from '../support/parse-source.ts';

const log = createLogger({ service: 'test', version: '0', level: 'silent' });

/** Send lines over UDP to a source with this mapping file; returns the families they become. */
async function received(mapping: string, lines: string[]): Promise<Family[]> {
  const mappingFile = join(tempDir(), 'statsd_mapping.yml');
  writeFileSync(mappingFile, mapping);
  const store = new SeriesStore();
  const config = parseSource(statsdSchema, { udp: '127.0.0.1:0', mappingFile });
  const sink = store.sink('statsd', { seriesPerMetric: 100, seriesPerSource: 100 });
  const source = new StatsdSource({ config, sink, log });
  await source.start();
  onTestFinished(() => source.stop());
  const socket = createSocket('udp4');
  await new Promise((resolve) => socket.send(lines.join('\n'), source.ports.udp, '127.0.0.1', resolve));
  socket.close();
  const seen = async () =>
    (await source.selfMetrics()).find(({ name }) => name === 'statsd_lines_total')?.samples[0]?.value === lines.length;
  await waitFor('all lines', seen);
  return store.families();
}

/** `name{labels} value`, histograms and summaries by their count and sum. */
function shown(families: Family[]): string[] {
  return families.flatMap(({ name, series }) =>
    [...series].map(([labels, point]) => {
      const value = 'value' in point ? String(point.value) : `${point.count} of ${Number((point.sum ?? 0).toFixed(9))}`;
      return `${name}{${labels}} ${value}`;
    }),
  );
}

test('timers as a summary with its own quantiles, and as a histogram with native buckets', async () => {
  const mapping = `
mappings:
- match: "test.timing.*.*.*"
  observer_type: summary
  name: "my_timer"
  labels:
    provider: "$2"
    outcome: "$3"
    job: "\${1}_server"
  summary_options:
    quantiles:
      - quantile: 0.99
        error: 0.001
      - quantile: 0.5
        error: 0.005
    max_age: 30s
    age_buckets: 3
    buf_cap: 1000
- match: "other.timing.*"
  observer_type: histogram
  histogram_options:
    buckets: [ 0.01, 0.025, 0.05, 0.1 ]
    native_histogram_bucket_factor: 1.1
    native_histogram_max_buckets: 256
  name: "other_timer"
`;
  const lines = [
    'test.timing.a.b.ok:20|ms',
    'test.timing.a.b.ok:40|ms',
    'other.timing.x:30|ms',
    'other.timing.y:200|ms',
  ];
  const families = await received(mapping, lines);
  expect(shown(families)).toEqual([
    'my_timer{job="a_server",outcome="ok",provider="b"} 2 of 0.06',
    'other_timer{} 2 of 0.23',
  ]);
  const [summary, histogram] = families.map(({ series }) => [...series.values()][0]);
  expect(summary).toMatchObject({
    quantiles: [
      [0.5, 0.02],
      [0.99, 0.04],
    ],
  });
  expect(histogram).toMatchObject({ bounds: [0.01, 0.025, 0.05, 0.1], counts: [0, 0, 1, 0, 1], native: { schema: 3 } });
});

test('a series without a sample for its ttl is removed, and the next sample begins a new one', () => {
  const clock = { now: 1_000_000 };
  const store = new SeriesStore({ now: () => clock.now });
  const ingest = new StatsdIngest({
    sink: store.sink('statsd', { seriesPerMetric: 100, seriesPerSource: 100 }),
    mapping: parseMappingFile('defaults: { ttl: 1m20s }', 'm.yaml'),
    styles: { dogstatsd: true, influxdb: true, librato: true, signalfx: true },
    sets: { maxAge: 1000, maxMembers: 1 },
    counts: new StatsdCounts(),
    cacheSize: 100,
  });
  const after = (milliseconds: number) => {
    clock.now += milliseconds;
    store.sweep();
    return shown(store.families());
  };
  ingest.packet('a:5|c');
  expect(after(70_000)).toEqual(['a{} 5']);
  ingest.packet('a:1|c');
  expect(after(70_000)).toEqual(['a{} 6']);
  expect(after(90_000)).toEqual([]);
  ingest.packet('a:1|c');
  expect(after(0)).toEqual(['a{} 1']);
});
