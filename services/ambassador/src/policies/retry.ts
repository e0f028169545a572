import { strict } from '@podkit/chassis/config/strict';
import { yamlDuration } from '@podkit/chassis/config/yaml-duration';
import { ExponentialBackoff, fullJitterGenerator, handleWhen, retry as retrying } from 'cockatiel';
import { Type } from 'typebox';
import { probability } from '../schema/quantities.ts';
import { type Around, intercept, type Operation } from '../store/intercept.ts';
import type { Store } from '../store/store.ts';
import { asStoreError, type StoreError } from '../store/store-error.ts';
import { Budget } from './budget.ts';
import { definePolicy } from './policy.ts';

export type RetryOptions = {
  attempts: number;
  /** Milliseconds. */
  minDelay: number;
  maxDelay: number;
  /** Retries per request. */
  budget: number;
  onRetry?: () => void;
};

/**
 * Ask again after a failure that may pass, with exponential backoff and full jitter, as long as retries stay a small
 * part of all requests: a backend that fails must not get more work. A write is repeated only when it surely did not
 * happen: repeating one that did could undo a newer write of another client.
 */
export function retry(inner: Store, { attempts, minDelay, maxDelay, budget: part, onRetry }: RetryOptions): Store {
  const budget = new Budget(part);
  const backoff = new ExponentialBackoff({ initialDelay: minDelay, maxDelay, generator: fullJitterGenerator });
  const around: Around = async (operation, run) => {
    budget.earn();
    let retries = 0;
    const isWorthIt = handleWhen(
      (error) => retries < attempts - 1 && mayRepeat(operation, asStoreError(error)) && budget.spend(),
    );
    const policy = retrying(isWorthIt, { maxAttempts: attempts - 1, backoff });
    policy.onRetry(() => onRetry?.());
    return policy.execute(({ attempt }) => {
      retries = attempt;
      return run();
    });
  };
  return intercept(inner, around, { keepPeek: true, pings: false });
}

const mayRepeat = ({ write }: Operation, { transient, outcome }: StoreError): boolean =>
  transient && (!write || outcome === 'not-applied');

export const retryPolicy = definePolicy({
  schema: strict(
    {
      attempts: Type.Integer({
        default: 3,
        minimum: 1,
        maximum: 100,
        description: 'Maximum number of attempts, the first included.',
      }),
      minDelay: yamlDuration({
        default: '20ms',
        description: 'Delay before the second attempt; it doubles, with full jitter.',
      }),
      maxDelay: yamlDuration({ default: '1s', description: 'Maximum delay.' }),
      budget: probability('Retries per request, on average; 10 more are always allowed.', 0.2),
    },
    { description: 'Ask again after failures that may pass; a write only when it surely did not happen.' },
  ),
  build: (settings, { name, inner, context }) => {
    const onRetry = () => context.metrics.event(name, 'retry');
    return { ...inner, store: retry(inner.store, { ...settings, onRetry }) };
  },
});
