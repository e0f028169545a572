import { PodkitError } from '@podkit/chassis/errors';
import { isCount } from '../../numbers/gate.ts';
import { parseNumber } from '../../numbers/quantity.ts';
import { classicBuckets } from '../../series/classic-buckets.ts';
import type { HistogramPoint } from '../../series/family.ts';
import type { JsonMetricConfig } from '../metric-config.ts';
import type { Json } from '../parse.ts';
import { compileQuery } from '../query.ts';
import { toNumber } from '../value.ts';
import { compileTimestamp, type MetricWriter } from './writer.ts';

type Bucket = [bound: number, count: number];
type HistogramParts = { buckets: Bucket[] | undefined; sum: number | undefined; count: number | undefined };

/**
 * A histogram from the buckets, sum and count of an element; `scale` applies to bounds and sum.
 *
 * @throws {PodkitError} ERR_JSONPATH, ERR_TIME, ERR_METRIC
 */
export function compileHistogram(config: JsonMetricConfig): MetricWriter {
  const { histogram, scale, labels: own } = config;
  if (Object.hasOwn(own, 'le')) throw new PodkitError('ERR_METRIC', 'a histogram has its own label le');
  const bucketsAt = compileQuery(histogram.buckets);
  const sumAt = compileQuery(histogram.sum);
  const countAt = compileQuery(histogram.count);
  const readTimestamp = compileTimestamp(config);
  return (element, { labels, family, onBadValue }) => {
    const found = bucketsAt.first(element);
    if (found === undefined || found === null) return undefined;
    const read = readBuckets(found, scale);
    const buckets = histogram.cumulative ? read : read && accumulate(read);
    const sum = toNumber(sumAt.first(element));
    const count = toNumber(countAt.first(element));
    const point = buildPoint({ buckets, sum: sum === undefined ? undefined : sum * scale, count });
    if (point === undefined) return onBadValue('value');
    const time = readTimestamp(element);
    return time === undefined ? onBadValue('timestamp') : family.add(labels, { ...point, ...time });
  };
}

/** Undefined if a bound or count is invalid, a bound is repeated, or counts decrease. */
function buildPoint({ buckets, sum, count }: HistogramParts): HistogramPoint | undefined {
  if (buckets === undefined) return undefined;
  const highest = buckets.reduce((most, [, value]) => Math.max(most, value), 0);
  const total = count ?? highest;
  if (!isCount(total) || total < highest) return undefined;
  const open = buckets.some(([bound]) => bound === Number.POSITIVE_INFINITY);
  const classic = classicBuckets(open ? buckets : [...buckets, [Number.POSITIVE_INFINITY, total]]);
  if (typeof classic === 'string' || (open && total !== highest)) return undefined;
  return { ...classic, sum, count: total };
}

/** Add to each count those of the lower buckets. */
function accumulate(buckets: readonly Bucket[]): Bucket[] {
  let sum = 0;
  return buckets.toSorted(([a], [b]) => a - b).map(([bound, count]) => [bound, (sum += count)]);
}

function readBuckets(value: Json, scale: number): Bucket[] | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  const pairs: [Json | undefined, Json | undefined][] = Array.isArray(value)
    ? value.map(readPair)
    : Object.entries(value);
  const buckets: Bucket[] = [];
  for (const [boundText, countText] of pairs) {
    const bound = typeof boundText === 'string' ? parseNumber(boundText) : toNumber(boundText);
    const count = toNumber(countText);
    if (bound === undefined || count === undefined || !isCount(count)) return undefined;
    buckets.push([bound * scale, count]);
  }
  return buckets;
}

function readPair(bucket: Json): [Json | undefined, Json | undefined] {
  if (Array.isArray(bucket)) return [bucket[0], bucket[1]];
  return bucket !== null && typeof bucket === 'object' ? [bucket.le, bucket.count] : [undefined, undefined];
}
