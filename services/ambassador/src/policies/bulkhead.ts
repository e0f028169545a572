import { type Around, intercept } from '../engine/intercept.ts';
import type { Store } from '../engine/store.ts';
import { StoreError } from '../engine/store-error.ts';

export type BulkheadOptions = { maxInFlight: number; maxQueue: number; queueTimeout: number };

type Waiter = { start: () => void };

/** At most so many operations at a time, and at most so many that wait, not longer than `queueTimeout` milliseconds. */
export class Bulkhead {
  readonly #options: BulkheadOptions;
  readonly #queue = new Set<Waiter>();
  #inFlight = 0;

  constructor(options: BulkheadOptions) {
    this.#options = options;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get queued(): number {
    return this.#queue.size;
  }

  /** @throws {StoreError} ERR_BUSY */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#inFlight >= this.#options.maxInFlight) await this.#wait();
    else this.#inFlight += 1;
    try {
      return await work();
    } finally {
      const [next] = this.#queue;
      // The place goes from one to the next; it is never free in between.
      if (next === undefined) this.#inFlight -= 1;
      else next.start();
    }
  }

  #wait(): Promise<void> {
    const { maxQueue, queueTimeout } = this.#options;
    if (this.#queue.size >= maxQueue) throw busy(`${maxQueue} operations wait already`);
    return new Promise((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer);
        this.#queue.delete(waiter);
      };
      const waiter = {
        start: () => {
          leave();
          resolve();
        },
      };
      const timer = setTimeout(() => {
        leave();
        reject(busy(`waited ${queueTimeout} ms for a place`));
      }, queueTimeout);
      this.#queue.add(waiter);
    });
  }
}

const busy = (why: string): StoreError => new StoreError('ERR_BUSY', `the store is busy: ${why}`);

export function bulkhead(inner: Store, hold: Bulkhead): Store {
  const around: Around = (_operation, run) => hold.run(run);
  return intercept(inner, around, { keepPeek: true, pings: false });
}
