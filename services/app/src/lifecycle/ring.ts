/** The last things that happened, at most `size` of them and none older than `maxAge` milliseconds. */
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
    // Cut seldom and much: to shift a long array at each push would copy it each time.
    if (this.#items.length > this.#size * 1.25) this.#items = this.items;
  }

  /** Oldest first. */
  get items(): T[] {
    const oldest = (this.#items.at(-1)?.at ?? 0) - this.#maxAge;
    return this.#items.slice(-this.#size).filter(({ at }) => at >= oldest);
  }

  /** What came after the last item that is known, oldest first. */
  after(isKnown: (item: T) => boolean): T[] {
    return this.#items.slice(this.#items.findLastIndex(isKnown) + 1);
  }
}

export const hour = 60 * 60 * 1000;
