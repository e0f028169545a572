import type { NativeBuckets } from './family.ts';

/** The coarsest and the finest schema. */
export const lowestSchema = -4;
export const highestSchema = 8;

/** Below this a value counts as zero; client_golang's default. */
const zeroThreshold = 2 ** -128;

/**
 * The sparse, exponential buckets of a native histogram: bucket i of schema s holds values in
 * (2^((i-1)·2^-s), 2^(i·2^-s)]. Beyond `maxBuckets`, neighbours are merged, which halves the resolution.
 *
 * https://prometheus.io/docs/specs/native_histograms/
 */
export class NativeHistogram implements NativeBuckets {
  readonly positive = new Map<number, number>();
  readonly negative = new Map<number, number>();
  readonly zeroThreshold = zeroThreshold;
  zeroCount = 0;
  schema: number;
  readonly #maxBuckets: number;

  /** `factor` is the largest growth from one bucket to the next. The coarsest schema within it is used. */
  constructor(factor: number, maxBuckets: number) {
    const wanted = 0 - Math.floor(Math.log2(Math.log2(factor)));
    this.schema = Math.min(highestSchema, Math.max(lowestSchema, wanted));
    this.#maxBuckets = maxBuckets;
  }

  observe(value: number, weight: number): void {
    const size = Math.abs(value);
    if (size <= this.zeroThreshold) {
      this.zeroCount += weight;
      return;
    }
    const buckets = value > 0 ? this.positive : this.negative;
    const index = bucketIndex(size, this.schema);
    const before = buckets.get(index);
    buckets.set(index, (before ?? 0) + weight);
    if (before !== undefined || this.#maxBuckets === 0) return;
    while (this.positive.size + this.negative.size > this.#maxBuckets && this.schema > lowestSchema) this.#halve();
  }

  #halve(): void {
    this.schema -= 1;
    for (const buckets of [this.positive, this.negative]) {
      const old = [...buckets];
      buckets.clear();
      for (const [index, count] of old) {
        const merged = Math.ceil(index / 2);
        buckets.set(merged, (buckets.get(merged) ?? 0) + count);
      }
    }
  }
}

/** The bucket of a positive value. At the bounds a logarithm is inexact, so the result is corrected. */
export function bucketIndex(value: number, schema: number): number {
  const guess = Math.ceil(Math.log2(value) * 2 ** schema);
  if (value <= upperBound(guess - 1, schema)) return guess - 1;
  return value > upperBound(guess, schema) ? guess + 1 : guess;
}

/** The upper bound of a bucket; exact for powers of two. */
export function upperBound(index: number, schema: number): number {
  return 2 ** (index * 2 ** -schema);
}
