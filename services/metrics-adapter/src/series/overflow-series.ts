import type { Series } from '../sink.ts';

/** Takes and counts samples that get no series of their own because of a limit. */
export class OverflowSeries implements Series {
  expired = false;
  readonly #target: Series | undefined;
  readonly #count: { value: number };

  /** `target` is the `other` series. Without one, samples are dropped. */
  constructor(target: Series | undefined, count: { value: number }) {
    this.#target = target;
    this.#count = count;
  }

  add(value: number, timestamp?: number): void {
    this.#count.value += 1;
    this.#target?.add(value, timestamp);
  }

  set(): void {
    // One value can't stand for many gauges, so it is only counted.
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
