import type { Entry, Key, SetOptions, Store } from '../store/store.ts';
import { mismatch } from '../store/store-error.ts';
import { holds, remainingTtl } from '../store/write.ts';

/**
 * Write a key whose value decides where it lives, and remove it from where it was. The new entry is there before the old
 * one goes, so a crash in between leaves two, of which later reads take the first in the rules' order.
 */
export async function moveWrite(
  key: Key,
  value: Buffer,
  options: SetOptions,
  target: Store,
  stores: readonly Store[],
): Promise<string> {
  const [holder, entry] = await find(key, stores);
  if (holder === undefined || holder === target) {
    const etag = await target.set(key, value, options);
    // An interrupted move may have left it in another store.
    for (const store of stores) if (store !== target) await store.delete(key);
    return etag;
  }
  if (!holds(options, entry?.etag)) throw mismatch(key);
  const { ifMatch: _m, ifAbsent: _a, ifPresent: _p, ...unconditional } = options;
  // The rest of its time to live, so that the expiry moves along.
  const ttl = options.ttl === 'keep' ? remainingTtl(entry) : options.ttl;
  const etag = await target.set(key, value, { ...unconditional, ttl });
  for (const store of stores) if (store !== target) await store.delete(key);
  return etag;
}

async function find(key: Key, stores: readonly Store[]): Promise<[Store | undefined, Entry | undefined]> {
  for (const store of stores) {
    const entry = await store.get(key, { consistency: 'strong' });
    if (entry !== undefined) return [store, entry];
  }
  return [undefined, undefined];
}
