import type { Key } from './store.ts';

/** Runs one piece of work at a time per key, in the order of the calls. */
export class KeyedMutex {
  readonly #tails = new Map<Key, Promise<unknown>>();

  run<T>(key: Key, work: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    const tail = mine
      .catch(() => undefined)
      .finally(() => {
        if (this.#tails.get(key) === tail) this.#tails.delete(key);
      });
    this.#tails.set(key, tail);
    return mine;
  }

  /** Wait for the key's turn and hold it; returns a function that gives it back. */
  hold(key: Key): Promise<() => void> {
    return new Promise((taken) => {
      void this.run(key, () => new Promise<void>((release) => taken(release)));
    });
  }
}
