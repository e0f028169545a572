/** The latest entries: at most `size`, and none that is more than `maxAge` milliseconds older than the newest. */
export class Ring<T extends { at: number }> {
  readonly #size: number;
  readonly #maxAge: number;
  #items: T[] = [];

  constructor({ size, maxAge }: { size: number; maxAge: number }) {
    this.#size = size;
    this.#maxAge = maxAge;
  }

  push(item: T): void {
    this.#items.push(item);
    // Not at each push, since it copies the array.
    if (this.#items.length > this.#size * 1.25) this.#items = this.items;
  }

  /** Oldest first. */
  get items(): T[] {
    const oldest = (this.#items.at(-1)?.at ?? 0) - this.#maxAge;
    return this.#items.slice(-this.#size).filter(({ at }) => at >= oldest);
  }

  /** The items after the last known one, oldest first. */
  after(isKnown: (item: T) => boolean): T[] {
    return this.#items.slice(this.#items.findLastIndex(isKnown) + 1);
  }
}

export const hour = 60 * 60 * 1000;
