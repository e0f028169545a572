/** Which store uses which folder in this process: after a reload the new store must not read a journal that the old still writes. */
export class Leases {
  readonly #held = new Map<string, Promise<void>>();

  /** Wait until the folder is free and take it; returns a function that gives it back. */
  async take(folder: string): Promise<() => void> {
    const before = this.#held.get(folder);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held.set(folder, promise);
    await before;
    return resolve;
  }
}
