import type { NamedCounts } from './named-counts.ts';
import type { SelfMetric } from './self-metric.ts';
import type { Family, NumberPoint } from './series/family.ts';
import { labelsText } from './series/labels.ts';
import type { StoreCounts } from './series/store.ts';

/** The family of a metric of the adapter itself, with the configured prefix. */
export function selfFamily(prefix: string, { name, help, type, samples }: SelfMetric): Family {
  const series = new Map<string, NumberPoint>(
    samples.map(({ labels, value }) => [labelsText(Object.entries(labels)), { value }]),
  );
  return { name: `${prefix}_${name}`, help, type, series };
}

/** One metric with a sample for each source. */
function bySource(
  type: SelfMetric['type'],
  name: string,
  help: string,
  values: Iterable<readonly [source: string, value: number, labels?: Record<string, string>]>,
): SelfMetric {
  const samples = [...values].map(([source, value, labels = {}]) => ({ labels: { source, ...labels }, value }));
  return { name, help, type, samples };
}

/** Whether the sources could be read in this scrape, and how long that took. */
export function scrapeMetrics(results: readonly { name: string; up: boolean; seconds: number }[]): SelfMetric[] {
  const up = results.map(({ name, up: isUp }) => [name, Number(isUp)] as const);
  const took = results.map(({ name, seconds }) => [name, seconds] as const);
  return [
    bySource('gauge', 'up', 'Whether the source could be read.', up),
    bySource('gauge', 'scrape_duration_seconds', 'Time that reading the source took.', took),
  ];
}

/** Errors since the start, by source and reason. */
export function errorMetrics(problems: ReadonlyMap<string, NamedCounts>): SelfMetric[] {
  const samples = [...problems].flatMap(([name, { values }]) =>
    // Without the 0 before the first error: a source without errors has no such series.
    [...values].filter(([, value]) => value > 0).map(([reason, value]) => [name, value, { reason }] as const),
  );
  return [bySource('counter', 'errors_total', 'Reads that failed and parts that were left out.', samples)];
}

/** What the store holds for each source, and what it refused or merged. */
export function storeMetrics(
  stored: readonly (readonly [name: string, counts: StoreCounts])[],
  bytes: number,
): SelfMetric[] {
  const each = (key: 'series' | 'expired') => stored.map(([name, counts]) => [name, counts[key]] as const);
  const byMetric = (key: 'overflow' | 'conflicts') =>
    stored.flatMap(([name, counts]) =>
      [...counts[key].values].map(([metric, value]) => [name, value, { metric }] as const),
    );
  return [
    {
      name: 'series_bytes',
      help: 'Estimated bytes of the series in the store.',
      type: 'gauge',
      samples: [{ labels: {}, value: bytes }],
    },
    bySource('gauge', 'series', 'Series that the store holds.', each('series')),
    bySource(
      'counter',
      'series_overflow_total',
      'Samples that got no series of their own because of a limit.',
      byMetric('overflow'),
    ),
    bySource(
      'counter',
      'series_conflicts_total',
      'Series refused because their metric has another type.',
      byMetric('conflicts'),
    ),
    bySource('counter', 'series_expired_total', 'Series that had no sample within their TTL.', each('expired')),
  ];
}
