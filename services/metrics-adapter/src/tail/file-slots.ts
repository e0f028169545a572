/**
 * How many files may be open at once, shared by all who follow files. Who finds none free waits its turn, and those that
 * have read their file to its end let it go meanwhile.
 */
export class FileSlots {
  readonly #limit: number;
  readonly #waiting = new Set<object>();
  #taken = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether somebody waits. */
  get crowded(): boolean {
    return this.#waiting.size > 0;
  }

  /** Take one; without one the caller waits until it asks again or gives up. */
  take(owner: object): boolean {
    if (this.#taken >= this.#limit) {
      this.#waiting.add(owner);
      return false;
    }
    this.#waiting.delete(owner);
    this.#taken += 1;
    return true;
  }

  /** Take one beyond the limit, for a file that can't wait: one that was rotated, of which the rest is read now. */
  takeAnyway(): void {
    this.#taken += 1;
  }

  free(): void {
    this.#taken -= 1;
  }

  giveUp(owner: object): void {
    this.#waiting.delete(owner);
  }
}
