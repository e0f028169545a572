import { isCount } from '../numbers/gate.ts';
import type { Exemplar, HistogramPoint } from './family.ts';

/** An upper bound and the observations up to it. */
export type CumulativeBucket = readonly [bound: number, value: number, exemplar?: Exemplar | undefined];
export type BucketError = 'bound' | 'duplicate' | 'count' | 'falling_buckets';
type Buckets = Required<Pick<HistogramPoint, 'bounds' | 'counts' | 'exemplars'>> & Pick<HistogramPoint, 'cumulative'>;

/** Convert cumulative buckets in any order to ascending buckets, each with its own count. Returns the error if there is one. */
export function classicBuckets(buckets: readonly CumulativeBucket[]): Buckets | BucketError {
  const sorted = buckets.toSorted(([a], [b]) => a - b);
  const exemplars = new Map<number, Exemplar>();
  const counts: number[] = [];
  let before = 0;
  let last: number | undefined;
  for (const [at, [bound, value, exemplar]] of sorted.entries()) {
    if (Number.isNaN(bound) || bound === Number.NEGATIVE_INFINITY) return 'bound';
    if (bound === last) return 'duplicate';
    if (!isCount(value)) return 'count';
    if (value < before) return 'falling_buckets';
    counts.push(value - before);
    if (exemplar) exemplars.set(at, exemplar);
    before = value;
    last = bound;
  }
  const whole = sorted.every(([, value]) => Number.isInteger(value));
  return {
    bounds: sorted.map(([bound]) => bound).filter(Number.isFinite),
    counts,
    cumulative: whole ? undefined : sorted.map(([, value]) => value),
    exemplars,
  };
}
