/**
 * A limit on open files, which all sources share. A reader without a slot waits, and readers at the end of their file
 * close it meanwhile.
 */
export class FileSlots {
  readonly #limit: number;
  readonly #waiting = new Set<object>();
  #taken = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether a reader waits. */
  get crowded(): boolean {
    return this.#waiting.size > 0;
  }

  /** Take a slot. Without one the caller counts as waiting until it tries again or gives up. */
  take(owner: object): boolean {
    if (this.#taken >= this.#limit) {
      this.#waiting.add(owner);
      return false;
    }
    this.#waiting.delete(owner);
    this.#taken += 1;
    return true;
  }

  /** Take a slot beyond the limit, for a rotated file whose rest must be read now. */
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
