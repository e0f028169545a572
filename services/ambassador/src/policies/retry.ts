import { setTimeout as sleep } from 'node:timers/promises';
import { type Around, intercept, type Operation } from '../engine/intercept.ts';
import type { Store } from '../engine/store.ts';
import { asStoreError, type StoreError } from '../engine/store-error.ts';
import { Budget } from './budget.ts';

export type RetryOptions = {
  attempts: number;
  /** Milliseconds. */
  minDelay: number;
  maxDelay: number;
  /** Retries per request. */
  budget: number;
  random?: () => number;
  onRetry?: () => void;
};

/**
 * Ask again after a failure that may pass, with exponential backoff and full jitter, as long as retries stay a small
 * part of all requests: a backend in trouble must not get more work. A write is repeated only when it surely did not
 * happen: repeating one that may have happened could undo what another wrote since.
 */
export function retry(inner: Store, options: RetryOptions): Store {
  const { attempts, minDelay, maxDelay, random = Math.random, onRetry } = options;
  const budget = new Budget(options.budget);
  const around: Around = async (operation, run) => {
    budget.earn();
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await run();
      } catch (error) {
        const failure = asStoreError(error);
        if (attempt >= attempts || !mayRepeat(operation, failure) || !budget.spend()) throw failure;
      }
      onRetry?.();
      await sleep(random() * Math.min(maxDelay, minDelay * 2 ** (attempt - 1)));
    }
  };
  return intercept(inner, around, { keepPeek: true, pings: false });
}

const mayRepeat = ({ write }: Operation, { transient, outcome }: StoreError): boolean =>
  transient && (!write || outcome === 'not-applied');
