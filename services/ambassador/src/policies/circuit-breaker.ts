import { strict } from '@podkit/chassis/config/strict';
import { yamlDuration } from '@podkit/chassis/config/yaml-duration';
import { Type } from 'typebox';
import type { RawGuard } from '../store/raw-guard.ts';
import { StoreError } from '../store/store-error.ts';
import { definePolicy, guarded } from './policy.ts';
import type { BreakerState } from './store-metrics.ts';

export type BreakerOptions = {
  failures: number;
  /** Milliseconds. */
  openFor: number;
  now?: () => number;
  onState?: (state: BreakerState) => void;
};

/** Refuses requests for a time after `failures` failures in a row, then lets one request try. A conflict is not a failure. */
export class CircuitBreaker implements RawGuard {
  readonly #options: BreakerOptions;
  readonly #now: () => number;
  #failed = 0;
  #state: BreakerState = 'closed';
  #until = 0;

  constructor(options: BreakerOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** @throws {StoreError} ERR_UNAVAILABLE while it is open */
  ready(): true {
    if (this.#state === 'closed' || (this.#state === 'open' && this.#now() >= this.#until)) return true;
    throw new StoreError('ERR_UNAVAILABLE', 'the circuit breaker is open: the backend kept failing');
  }

  enter(): void {
    if (this.#state === 'open') this.#become('half-open');
  }

  leave(_count: number, answered: boolean): void {
    if (answered) {
      this.#failed = 0;
      if (this.#state !== 'closed') this.#become('closed');
      return;
    }
    this.#failed += 1;
    if (this.#state === 'closed' && this.#failed < this.#options.failures) return;
    this.#until = this.#now() + this.#options.openFor;
    this.#become('open');
  }

  #become(state: BreakerState): void {
    this.#state = state;
    this.#options.onState?.(state);
  }
}

export const circuitBreakerPolicy = definePolicy({
  schema: strict(
    {
      failures: Type.Integer({ default: 5, minimum: 1, description: 'Consecutive failures that open it.' }),
      openFor: yamlDuration({ default: '5s', description: 'How long it refuses before it lets one request try.' }),
    },
    { description: 'Stop asking a backend that keeps failing.' },
  ),
  build: (settings, { name, inner, context }) => {
    const breaker = new CircuitBreaker({ ...settings, onState: context.metrics.breaker(name) });
    return guarded(inner, breaker);
  },
});
