import { Type } from 'typebox';
import { duration, strict } from '../schema/quantities.ts';
import { type Around, intercept } from '../store/intercept.ts';
import type { RawGuard } from '../store/raw-guard.ts';
import type { Store } from '../store/store.ts';
import { StoreError } from '../store/store-error.ts';
import { BulkheadCallers } from './bulkhead-callers.ts';
import { definePolicy, guarded } from './policy.ts';

export type BulkheadOptions = { maxInFlight: number; maxQueue: number; queueTimeout: number };

type Waiter = { start: () => void };

/** At most so many operations at a time, and at most so many that wait, not longer than `queueTimeout` milliseconds. */
export class Bulkhead implements RawGuard {
  readonly #options: BulkheadOptions;
  readonly #queue = new Set<Waiter>();
  readonly #callers: BulkheadCallers;
  #inFlight = 0;

  constructor(options: BulkheadOptions) {
    this.#options = options;
    this.#callers = new BulkheadCallers(options.queueTimeout);
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get queued(): number {
    return this.#queue.size + this.#callers.size;
  }

  /** @throws {StoreError} ERR_BUSY */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#inFlight >= this.#options.maxInFlight) await this.#wait();
    else this.#inFlight += 1;
    try {
      return await work();
    } finally {
      this.leave(1);
    }
  }

  /** @throws {StoreError} ERR_BUSY */
  ready(waiter: object, wake: () => void): boolean {
    const { maxInFlight, maxQueue, queueTimeout } = this.#options;
    if (this.#callers.isLate(waiter)) throw busy(`waited ${queueTimeout} ms for a place`);
    if (this.#inFlight < maxInFlight) {
      this.#callers.remove(waiter);
      return true;
    }
    if (!this.#callers.has(waiter) && this.queued >= maxQueue) throw busy(`${maxQueue} operations wait already`);
    this.#callers.add(waiter, wake);
    return false;
  }

  enter(): void {
    this.#inFlight += 1;
  }

  leave(count: number): void {
    for (let left = count; left > 0; left -= 1) {
      const [next] = this.#queue;
      // The place goes from one to the next; it is never free in between.
      if (next === undefined) this.#inFlight -= 1;
      else next.start();
    }
    this.#callers.wake(this.#options.maxInFlight - this.#inFlight);
  }

  #wait(): Promise<void> {
    const { maxQueue, queueTimeout } = this.#options;
    if (this.queued >= maxQueue) throw busy(`${maxQueue} operations wait already`);
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

export const bulkheadPolicy = definePolicy({
  schema: strict(
    {
      maxInFlight: Type.Integer({ default: 64, minimum: 1, description: 'Maximum number of operations at a time.' }),
      maxQueue: Type.Integer({
        default: 256,
        minimum: 0,
        description: 'Maximum number that wait; beyond it they are refused.',
      }),
      queueTimeout: duration({ default: '1s', description: 'Timeout in the queue.' }),
    },
    { description: 'Bound the work that a backend is given.' },
  ),
  build: (settings, { name, inner, context }) => {
    const hold = new Bulkhead(settings);
    context.metrics.gauge(name, 'bulkhead_in_flight', () => hold.inFlight);
    context.metrics.gauge(name, 'bulkhead_queued', () => hold.queued);
    return { ...inner, store: bulkhead(inner.store, hold), raw: guarded(inner.raw, hold) };
  },
});
