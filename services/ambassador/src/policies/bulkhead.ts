import { strict } from '@podkit/chassis/config/strict';
import { yamlDuration } from '@podkit/chassis/config/yaml-duration';
import { Type } from 'typebox';
import type { RawGuard } from '../store/raw-guard.ts';
import { StoreError } from '../store/store-error.ts';
import { BulkheadCallers } from './bulkhead-callers.ts';
import { definePolicy, guarded } from './policy.ts';

export type BulkheadOptions = { maxInFlight: number; maxQueue: number; queueTimeout: number };

/** Limits the number of operations at a time, and of those that wait, for `queueTimeout` milliseconds at most. */
export class Bulkhead implements RawGuard {
  readonly #options: BulkheadOptions;
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
    return this.#callers.size;
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
    this.#inFlight -= count;
    this.#callers.wake(this.#options.maxInFlight - this.#inFlight);
  }
}

const busy = (why: string): StoreError => new StoreError('ERR_BUSY', `the store is busy: ${why}`);

export const bulkheadPolicy = definePolicy({
  schema: strict(
    {
      maxInFlight: Type.Integer({ default: 64, minimum: 1, description: 'Maximum number of operations at a time.' }),
      maxQueue: Type.Integer({
        default: 256,
        minimum: 0,
        description: 'Maximum number that wait; beyond it they are refused.',
      }),
      queueTimeout: yamlDuration({ default: '1s', description: 'Timeout in the queue.' }),
    },
    { description: 'Limit the number of operations at a time.' },
  ),
  build: (settings, { name, inner, context }) => {
    const bulkhead = new Bulkhead(settings);
    context.metrics.gauge(name, 'bulkhead_in_flight', 'Operations in flight in the bulkhead.', () => bulkhead.inFlight);
    context.metrics.gauge(name, 'bulkhead_queued', 'Operations that wait for the bulkhead.', () => bulkhead.queued);
    return guarded(inner, bulkhead);
  },
});
