import type { MetricSpec } from '../sink.ts';

/** The bytes that the series of a store take, by an estimate, and how many they may. */
export class Budget {
  used = 0;
  limit = Number.POSITIVE_INFINITY;

  get full(): boolean {
    return this.used >= this.limit;
  }
}

/** What one observation in a summary's window takes. */
export const bytesPerObservation = 48;

/** The bytes that a series takes from the start: its labels, its objects, its buckets. Measured with 4 labels, and rounded up. */
export function bytesOfSeries(labels: string, spec: MetricSpec): number {
  const base = 300 + 2 * labels.length;
  if (spec.type === 'summary' || spec.type === 'set') return base + 300;
  if (spec.type !== 'histogram') return base;
  const native = spec.nativeFactor === undefined ? 0 : 200 + 64 * (spec.nativeMaxBuckets || 160);
  return base + 200 + 16 * (spec.buckets.length + 1) + native;
}
