import { yamlDuration } from '@podkit/chassis/config/yaml-duration';
import { type Around, intercept } from '../store/intercept.ts';
import type { Key, Store } from '../store/store.ts';
import { StoreError } from '../store/store-error.ts';
import { definePolicy } from './policy.ts';

/**
 * Stop waiting for an operation after the timeout. A write may still happen then, but not after a newer one: later writes of
 * its keys begin only when its outcome is known. If their own timeout comes first, they never begin.
 */
export function timeout(inner: Store, milliseconds: number): Store {
  const unsettled = new Map<Key, Promise<unknown>>();
  const around: Around = async ({ keys, write }, run) => {
    const before = write ? keys.flatMap((key) => unsettled.get(key) ?? []) : [];
    let begun = before.length === 0;
    let over = false;
    const late = (): StoreError =>
      new StoreError('ERR_TIMEOUT', `no response within ${milliseconds} ms`, {
        outcome: begun ? 'unknown' : 'not-applied',
      });
    const inTurn = async () => {
      await Promise.all(before);
      if (over) throw late();
      begun = true;
      return run();
    };
    const work = begun ? run() : inTurn();
    const { promise: end, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      over = true;
      if (write && begun) settle(work, keys);
      reject(late());
    }, milliseconds);
    try {
      return await Promise.race([work, end]);
    } finally {
      clearTimeout(timer);
    }
  };
  const settle = (work: Promise<unknown>, keys: readonly Key[]) => {
    for (const key of keys) {
      const settled = Promise.allSettled([unsettled.get(key), work]);
      unsettled.set(key, settled);
      void settled.finally(() => {
        if (unsettled.get(key) === settled) unsettled.delete(key);
      });
    }
  };
  return intercept(inner, around, { keepPeek: true });
}

export const timeoutPolicy = definePolicy({
  schema: yamlDuration({ description: 'Timeout of an operation.' }),
  build: (milliseconds, { inner }) => {
    const { store, raw } = inner;
    const commandTimeout = Math.min(raw?.target.commandTimeout ?? 0, milliseconds);
    return {
      ...inner,
      store: timeout(store, milliseconds),
      raw: raw && { ...raw, target: { ...raw.target, commandTimeout } },
    };
  },
});
