import type { SelfMetric } from './self-metric.ts';
import type { Family, NumberPoint } from './series/family.ts';
import { labelsText } from './series/labels.ts';

/** A metric of the adapter itself as a family, under the prefix of the configuration. */
export function selfFamily(prefix: string, { name, help, type, samples }: SelfMetric): Family {
  const series = new Map<string, NumberPoint>(
    samples.map(({ labels, value }) => [labelsText(Object.entries(labels)), { value }]),
  );
  return { name: `${prefix}_${name}`, help, type, series };
}

/** Metrics of several sources with one name as one, so that each name stands once. */
export function joinMetrics(metrics: readonly SelfMetric[]): SelfMetric[] {
  const joined = new Map<string, SelfMetric>();
  for (const metric of metrics) {
    const first = joined.get(metric.name);
    joined.set(metric.name, first ? { ...first, samples: [...first.samples, ...metric.samples] } : metric);
  }
  return [...joined.values()];
}

/** One metric with a sample by source. */
export function bySource(
  type: SelfMetric['type'],
  name: string,
  help: string,
  values: Iterable<readonly [source: string, value: number, labels?: Record<string, string>]>,
): SelfMetric {
  const samples = [...values].map(([source, value, labels = {}]) => ({ labels: { source, ...labels }, value }));
  return { name, help, type, samples };
}
