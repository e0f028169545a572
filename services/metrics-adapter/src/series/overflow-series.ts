import type { Series } from '../sink.ts';

/** Takes the samples that a cardinality limit keeps from a series of their own, and counts them. */
export class OverflowSeries implements Series {
  expired = false;
  readonly #target: Series | undefined;
  readonly #counts: { overflow: number };

  /** `target` is the `other` series; undefined where there is none, and samples are dropped. */
  constructor(target: Series | undefined, counts: { overflow: number }) {
    this.#target = target;
    this.#counts = counts;
  }

  add(value: number): void {
    this.#counts.overflow += 1;
    this.#target?.add(value);
  }

  set(): void {
    // The last of many gauges says nothing about them: it is only counted.
    this.#counts.overflow += 1;
  }

  observe(value: number, weight: number): void {
    this.#counts.overflow += 1;
    this.#target?.observe(value, weight);
  }
}
