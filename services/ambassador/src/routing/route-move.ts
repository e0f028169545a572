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
  const found = await find(key, stores);
  const asked = found === undefined || found.store === target ? options : moveOptions(key, options, found.entry);
  const etag = await target.set(key, value, asked);
  // Also where it did not move: an interrupted move may have left it in another store.
  for (const store of stores) if (store !== target) await store.delete(key);
  return etag;
}

/** The conditions hold for the entry that is left; its expiry moves along where it is to be kept. */
function moveOptions(key: Key, options: SetOptions, entry: Entry): SetOptions {
  if (!holds(options, entry.etag)) throw mismatch(key);
  const { ifMatch: _m, ifAbsent: _a, ifPresent: _p, ...unconditional } = options;
  return { ...unconditional, ttl: options.ttl === 'keep' ? remainingTtl(entry) : options.ttl };
}

async function find(key: Key, stores: readonly Store[]): Promise<{ store: Store; entry: Entry } | undefined> {
  for (const store of stores) {
    const entry = await store.get(key, { consistency: 'strong' });
    if (entry !== undefined) return { store, entry };
  }
  return undefined;
}
