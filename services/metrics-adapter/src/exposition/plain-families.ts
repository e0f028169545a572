import type { CompositePoint, Family, HistogramPoint, NumberPoint } from '../series/family.ts';
import { escapeValue, quoteName } from '../series/labels.ts';
import { canonicalFloat } from './float.ts';

/**
 * The samples of histograms or summaries as families of single numbers, for a format that lacks the type or can't leave
 * out a part of it. Each sample keeps its name, labels and value.
 */
export function plainFamilies(
  family: Family,
  points: Iterable<readonly [labels: string, point: CompositePoint]>,
): Family[] {
  const families = new Map<string, Map<string, NumberPoint>>();
  const add = (suffix: string, labels: string, value: number | undefined, timestamp: number | undefined) => {
    if (value === undefined) return;
    const name = `${family.name}${suffix}`;
    const series = families.get(name) ?? new Map<string, NumberPoint>();
    families.set(name, series);
    const first = series.get(labels);
    if (first === undefined) series.set(labels, { value, timestamp });
    else (first.later ??= []).push({ value, timestamp });
  };
  const gauge = family.type === 'gaugehistogram';
  for (const [labels, point] of points) {
    if ('bounds' in point)
      for (const [bound, value] of cumulativeBuckets(point))
        add('_bucket', withLabel(labels, 'le', bound), value, point.timestamp);
    else
      for (const [quantile, value] of point.quantiles)
        add('', withLabel(labels, 'quantile', quantile), value, point.timestamp);
    add(gauge ? '_gsum' : '_sum', labels, point.sum, point.timestamp);
    add(gauge ? '_gcount' : '_count', labels, point.count, point.timestamp);
  }
  const { help, unit } = family;
  return [...families].map(([name, series]) => ({ name, help, unit, type: gauge ? 'gauge' : 'unknown', series }));
}

/** The cumulative buckets of a histogram: each upper bound with the count up to it. */
export function cumulativeBuckets({ bounds, counts, cumulative }: HistogramPoint): [bound: number, count: number][] {
  let sum = 0;
  return counts.map((count, at) => {
    sum += count;
    return [bounds[at] ?? Number.POSITIVE_INFINITY, cumulative?.[at] ?? sum];
  });
}

/** Whether protobuf can hold a histogram or summary: no part is missing, and counts have the right type. */
export function isWhole(point: CompositePoint): boolean {
  if (point.sum === undefined || point.count === undefined) return false;
  if ('quantiles' in point) return Number.isInteger(point.count);
  return point.native !== undefined || point.counts.length === point.bounds.length + 1;
}

/** Add a label at the end. The order of labels doesn't matter here. */
function withLabel(labels: string, name: string, value: number): string {
  return `${labels}${labels === '' ? '' : ','}${quoteName(name)}="${escapeValue(canonicalFloat(value))}"`;
}
