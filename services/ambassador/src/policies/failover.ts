import { strict } from '@podkit/chassis/config/strict';
import { Type } from 'typebox';
import { probability, storeName } from '../schema/quantities.ts';
import { intercept } from '../store/intercept.ts';
import type { Store } from '../store/store.ts';
import { asStoreError } from '../store/store-error.ts';
import { Budget } from './budget.ts';
import { definePolicy, opaque } from './policy.ts';

export type FailoverOptions = { writes: boolean; budget: number; onFailover?: () => void };

/**
 * Ask the other store when this one cannot answer, as long as that stays within a budget. Reads only, unless `writes`:
 * what was written elsewhere stays there, and the two stores differ from then on.
 */
export function failover(inner: Store, other: Store, { writes, budget: part, onFailover }: FailoverOptions): Store {
  const budget = new Budget(part);
  return intercept(inner, async ({ name, write }, run) => {
    // A cursor is valid only for the store that gave it, and a count is that of one store.
    if (name === 'list' || name === 'count' || name === 'query') return run();
    budget.earn();
    try {
      return await run();
    } catch (error) {
      const failure = asStoreError(error);
      const isFinal = !failure.transient || (write && !(writes && failure.outcome === 'not-applied'));
      if (isFinal || !budget.spend()) throw failure;
      onFailover?.();
      return run(other);
    }
  });
}

export const failoverPolicy = definePolicy({
  schema: strict(
    {
      to: storeName('The store that answers when this one fails.'),
      writes: Type.Boolean({
        default: false,
        description: 'Also send writes there. They stay there: they are not copied back.',
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
