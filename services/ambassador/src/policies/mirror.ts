import { createHash } from 'node:crypto';
import { strict } from '@podkit/chassis/config/strict';
import { Type } from 'typebox';
import { probability, storeName } from '../schema/quantities.ts';
import { intercept } from '../store/intercept.ts';
import { keyToBytes } from '../store/key.ts';
import { KeyedMutex } from '../store/keyed-mutex.ts';
import type { Entry, Key, Store } from '../store/store.ts';
import { remainingTtl } from '../store/write.ts';
import { definePolicy, opaque } from './policy.ts';

export type MirrorOptions = {
  /** Part of the keys, chosen by the key, so that a key is mirrored always or never. */
  fraction: number;
  compareReads: boolean;
  maxPending: number;
  onResult?: (result: 'copied' | 'failed' | 'dropped' | 'same' | 'different') => void;
};

/** Copy acknowledged writes to another store in the background, in order per key, and compare reads. */
export function mirror(inner: Store, other: Store, options: MirrorOptions): Store {
  const { fraction, compareReads, maxPending, onResult } = options;
  const order = new KeyedMutex();
  let pending = 0;
  const inBackground = (key: Key, work: () => Promise<'copied' | 'same' | 'different'>): void => {
    if (!isChosen(key, fraction)) return;
    if (pending >= maxPending) return onResult?.('dropped');
    pending += 1;
    void order
      .run(key, work)
      .then(
        (result) => onResult?.(result),
        () => onResult?.('failed'),
      )
      .finally(() => {
        pending -= 1;
      });
  };
  /** Copy the current value of the key, so that the order in which copies begin does not matter. */
  const copy = (key: Key) =>
    inBackground(key, async () => {
      const entry = await inner.get(key, { consistency: 'strong' });
      if (entry === undefined) await other.delete(key);
      else await other.set(key, entry.value, { ttl: remainingTtl(entry) });
      return 'copied';
    });
  const passed = intercept(inner, async (operation, run) => {
    const result = await run();
    if (operation.write) for (const key of operation.keys) copy(key);
    return result;
  });
  if (!compareReads) return passed;
  return {
    ...passed,
    get: async (key, read) => {
      const entry = await inner.get(key, read);
      inBackground(key, async () => (sameValue(entry, await other.get(key)) ? 'same' : 'different'));
      return entry;
    },
  };
}

function isChosen(key: Key, fraction: number): boolean {
  if (fraction >= 1) return true;
  return createHash('sha1').update(keyToBytes(key)).digest().readUInt32BE() / 2 ** 32 < fraction;
}

const sameValue = (left: Entry | undefined, right: Entry | undefined): boolean =>
  left === undefined || right === undefined ? left === right : left.value.equals(right.value);

export const mirrorPolicy = definePolicy({
  schema: strict(
    {
      to: storeName('Where writes are copied to.'),
      fraction: probability('Fraction of the keys that are mirrored, chosen by the key.', 1),
      compareReads: Type.Boolean({ default: false, description: 'Also read there, and count what differs.' }),
      maxPending: Type.Integer({
        default: 1000,
        minimum: 1,
        description: 'Maximum number of copies under way; beyond it they are dropped and counted.',
      }),
    },
    { description: 'Copy writes to another store in the background.' },
  ),
  build: ({ to, ...options }, { name, inner, other, context }) => {
    const onResult = (result: string) => context.metrics.event(name, `mirror_${result}`);
    return opaque(mirror(inner.store, other(to).store, { ...options, onResult }), inner.changes);
  },
});
