import { isCount } from '../numbers/gate.ts';
import type { NativeBuckets } from '../series/family.ts';
import { highestSchema, lowestSchema } from '../series/native-histogram.ts';
import type { Message } from './protobuf-schema.ts';

/**
 * The native histogram of a message; undefined if it has neither spans nor a zero bucket, and 'malformed' if spans and
 * counts don't match, or if the buckets don't add up to the count: Prometheus would refuse the whole page.
 *
 * https://prometheus.io/docs/specs/native_histograms/
 */
export function readNative(histogram: Message<'Histogram'>): NativeBuckets | undefined | 'malformed' {
  const { schema = 0, zeroThreshold = 0, negativeSpan = [], positiveSpan = [] } = histogram;
  const fractions = (histogram.countFloat ?? 0) > 0 || (histogram.zeroCountFloat ?? 0) > 0;
  const zeroCount = (fractions ? histogram.zeroCountFloat : histogram.zeroCount) ?? 0;
  if (negativeSpan.length + positiveSpan.length === 0 && zeroThreshold === 0 && zeroCount === 0) return undefined;
  const { negativeDelta, negativeCount, positiveDelta, positiveCount } = histogram;
  const negative = readBuckets(negativeSpan, fractions ? negativeCount : addDeltas(negativeDelta));
  const positive = readBuckets(positiveSpan, fractions ? positiveCount : addDeltas(positiveDelta));
  const sound = schema >= lowestSchema && schema <= highestSchema && zeroThreshold >= 0 && isCount(zeroCount);
  if (!sound || negative === undefined || positive === undefined) return 'malformed';
  if (!fractions && !addsUp(histogram, zeroCount + observations(negative) + observations(positive))) return 'malformed';
  return { schema, zeroThreshold, zeroCount, negative, positive, fractions };
}

/** Observations of NaN are in the count only; then the sum is NaN. */
function addsUp({ count = 0, sum = 0 }: Message<'Histogram'>, inBuckets: number): boolean {
  return Number.isNaN(sum) ? inBuckets <= count : inBuckets === count;
}

const observations = (buckets: ReadonlyMap<number, number>): number =>
  [...buckets.values()].reduce((sum, count) => sum + count, 0);

function addDeltas(deltas: readonly number[] = []): number[] {
  let sum = 0;
  return deltas.map((delta) => (sum += delta));
}

function readBuckets(
  spans: readonly Message<'BucketSpan'>[],
  counts: readonly number[] = [],
): Map<number, number> | undefined {
  const total = spans.reduce((sum, { length = 0 }) => sum + length, 0);
  if (total !== counts.length || !counts.every(isCount)) return undefined;
  const buckets = new Map<number, number>();
  let index = 0;
  let at = 0;
  for (const [place, { offset = 0, length = 0 }] of spans.entries()) {
    if (offset < 0 && place > 0) return undefined;
    index += offset;
    for (let left = length; left > 0; left -= 1, index += 1, at += 1) buckets.set(index, counts[at] ?? 0);
  }
  // An index is a sint32 on the wire.
  return Math.abs(index) < 2 ** 31 ? buckets : undefined;
}
