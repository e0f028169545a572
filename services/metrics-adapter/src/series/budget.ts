import type { MetricSpec } from '../sink.ts';

/** The estimated bytes of the series in a store, and their limit. */
export class Budget {
  used = 0;
  limit = Number.POSITIVE_INFINITY;

  get full(): boolean {
    return this.used >= this.limit;
  }
}

/** Bytes of one observation in the window of a summary. */
export const bytesPerObservation = 48;

/** Estimate the bytes of a metric without its series. */
export const estimateFamilyBytes = ({ name }: MetricSpec): number => 800 + 8 * name.length;

/** Estimate the bytes of a new series: its labels, objects and buckets. Measured with 4 labels, and rounded up. */
export function estimateBytes(labels: string, spec: MetricSpec): number {
  const base = 300 + 2 * labels.length;
  if (spec.type === 'summary' || spec.type === 'set') return base + 300;
  if (spec.type !== 'histogram') return base;
  const native = spec.nativeFactor === undefined ? 0 : 200 + 64 * (spec.nativeMaxBuckets || 160);
  return base + 200 + 16 * (spec.buckets.length + 1) + native;
}
