import type { MetricType } from '../series/family.ts';

/** The metadata of a family; `name` is the one in TYPE. */
export type FamilyMeta = { name: string; type: MetricType; help: string; unit: string };

const openMetricsSuffixes: Record<MetricType, readonly string[]> = {
  counter: ['_total', '_created'],
  gauge: [],
  histogram: ['_bucket', '_sum', '_count', '_created'],
  gaugehistogram: ['_bucket', '_gsum', '_gcount'],
  summary: ['_sum', '_count', '_created'],
  info: ['_info'],
  stateset: [],
  unknown: [],
};
const textSuffixes: Partial<Record<MetricType, readonly string[]>> = {
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['_sum', '_count'],
};

/** Whether `word` is a type; the text format writes `untyped` for unknown. */
export const isMetricType = (word: string): word is MetricType => Object.hasOwn(openMetricsSuffixes, word);

/**
 * The family of a sample: the one of its own name, or the one whose type has samples with the suffix of the name. A gauge
 * `foo` has no suffixes, so `foo_count` is another metric.
 */
export function familyFor(
  name: string,
  families: ReadonlyMap<string, FamilyMeta>,
  openMetrics: boolean,
): FamilyMeta | undefined {
  const own = families.get(name);
  if (own !== undefined) return own;
  const at = name.lastIndexOf('_');
  const family = at < 1 ? undefined : families.get(name.slice(0, at));
  if (family === undefined) return undefined;
  const suffixes = (openMetrics ? openMetricsSuffixes : textSuffixes)[family.type] ?? [];
  return suffixes.includes(name.slice(at)) ? family : undefined;
}
