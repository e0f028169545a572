import { Type } from 'typebox';
import { probability, storeName, strict } from '../schema/quantities.ts';
import { intercept } from '../store/intercept.ts';
import type { Store } from '../store/store.ts';
import { asStoreError } from '../store/store-error.ts';
import { Budget } from './budget.ts';
import { definePolicy, opaque } from './policy.ts';

export type FailoverOptions = { writes: boolean; budget: number; onFailover?: () => void };

/**
 * Ask the other store when this one cannot answer, as long as that stays a part of all requests. Reads only, unless
 * `writes`: what was written elsewhere stays there, and the two stores differ from then on.
 */
export function failover(inner: Store, other: Store, { writes, budget: part, onFailover }: FailoverOptions): Store {
  const budget = new Budget(part);
  const otherwise = async <T>(write: boolean, first: () => Promise<T>, second: () => Promise<T>): Promise<T> => {
    budget.earn();
    try {
      return await first();
    } catch (error) {
      const failure = asStoreError(error);
      const hopeless = !failure.transient || (write && !(writes && failure.outcome === 'not-applied'));
      if (hopeless || !budget.spend()) throw failure;
      onFailover?.();
      return second();
    }
  };
  const passed = intercept(inner, (_operation, run) => run());
  return {
    ...passed,
    get: (key, options) =>
      otherwise(
        false,
        () => inner.get(key, options),
        () => other.get(key, options),
      ),
    getMany: (keys, options) =>
      otherwise(
        false,
        () => inner.getMany(keys, options),
        () => other.getMany(keys, options),
      ),
    set: (key, value, options) =>
      otherwise(
        true,
        () => inner.set(key, value, options),
        () => other.set(key, value, options),
      ),
    delete: (key, options) =>
      otherwise(
        true,
        () => inner.delete(key, options),
        () => other.delete(key, options),
      ),
    writeMany: (all) =>
      otherwise(
        true,
        () => inner.writeMany(all),
        () => other.writeMany(all),
      ),
    transact: (all) =>
      otherwise(
        true,
        () => inner.transact(all),
        () => other.transact(all),
      ),
    increment: (key, by) =>
      otherwise(
        true,
        () => inner.increment(key, by),
        () => other.increment(key, by),
      ),
    touch: (key, at, condition) =>
      otherwise(
        true,
        () => inner.touch(key, at, condition),
        () => other.touch(key, at, condition),
      ),
    ping: (signal) =>
      otherwise(
        false,
        () => inner.ping(signal),
        () => other.ping(signal),
      ),
  };
}

export const failoverPolicy = definePolicy({
  schema: strict(
    {
      to: storeName('The store that answers when this one fails.'),
      writes: Type.Boolean({
        default: false,
        description: 'Also send writes there. They stay there: nothing brings them back.',
      }),
      budget: probability('Fraction of the recent requests that may fail over.', 0.5),
    },
    { description: 'Ask another store when this one fails.' },
  ),
  build: ({ to, ...options }, { name, inner, other, context }) => {
    const onFailover = () => context.metrics.event(name, 'failover');
    return opaque(failover(inner.store, other(to).store, { ...options, onFailover }));
  },
});
