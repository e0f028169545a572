import type { Series } from '../sink.ts';

/** Takes the samples that a cardinality limit keeps from a series of their own, and counts them. */
export class OverflowSeries implements Series {
  expired = false;
  readonly #target: Series | undefined;
  readonly #count: { value: number };

  /** `target` is the `other` series; undefined where there is none, and samples are dropped. */
  constructor(target: Series | undefined, count: { value: number }) {
    this.#target = target;
    this.#count = count;
  }

  add(value: number, timestamp?: number): void {
    this.#count.value += 1;
    this.#target?.add(value, timestamp);
  }

  set(): void {
    // The last of many gauges says nothing about them: it is only counted.
    this.#count.value += 1;
  }

  observe(value: number, weight: number): void {
    this.#count.value += 1;
    this.#target?.observe(value, weight);
  }

  addMember(member: string): boolean {
    this.#count.value += 1;
    return this.#target?.addMember(member) ?? true;
  }
}
