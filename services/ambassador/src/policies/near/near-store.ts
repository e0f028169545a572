import { intercept } from '../../store/intercept.ts';
import type { Entry, Key, Store } from '../../store/store.ts';
import { asStoreError, StoreError } from '../../store/store-error.ts';
import type { NearMemory } from './near-memory.ts';

export type NearEvent = 'hit' | 'negative' | 'miss' | 'coalesced' | 'stale' | 'stale-if-error' | 'bypass';

/**
 * A store behind a near cache. Reads with consistency `strong` go past it. A write through here forgets the key before
 * it is sent and again before it is acknowledged, and no read that was under way meanwhile is kept.
 */
export function nearStore(
  inner: Store,
  memory: NearMemory,
  count: (event: NearEvent) => void = () => undefined,
): Store {
  const flights = new Map<Key, { fill: { live: boolean }; entry: Promise<Entry | undefined> }>();

  const fetchEntry = (key: Key): Promise<Entry | undefined> => {
    const flight = flights.get(key);
    if (flight?.fill.live) {
      count('coalesced');
      return flight.entry;
    }
    const fill = memory.beginFill(key);
    const read = inner.get(key).then(
      (entry) => {
        memory.fill(fill, entry);
        return entry;
      },
      (error: unknown) => {
        memory.abandon(fill);
        throw error;
      },
    );
    const mine = { fill, entry: read };
    flights.set(key, mine);
    const end = () => {
      if (flights.get(key) === mine) flights.delete(key);
    };
    read.then(end, end);
    return read;
  };

  /** A fresh entry, or null for a known absence. */
  const peek = (key: Key): Entry | null | undefined => {
    const known = memory.peek(key);
    if (known !== undefined) count(known === null ? 'negative' : 'hit');
    return known;
  };

  /** From memory, as an entry or null; undefined where the backend has to be asked first. */
  const fromMemory = (key: Key): Entry | null | undefined => {
    const known = peek(key);
    if (known !== undefined) return known;
    const stale = memory.stale(key, 'revalidate');
    if (stale === undefined) return undefined;
    count('stale');
    // Nobody waits for it; when it fails, the next reader asks again.
    fetchEntry(key).catch(() => undefined);
    return stale;
  };

  const orStale = (key: Key, error: unknown): Entry | undefined => {
    const failure = asStoreError(error);
    const stale = failure.transient ? memory.stale(key, 'error') : undefined;
    if (stale === undefined) throw failure;
    count('stale-if-error');
    return stale ?? undefined;
  };

  const get: Store['get'] = async (key, options) => {
    if (options?.consistency === 'strong') {
      count('bypass');
      return inner.get(key, options);
    }
    const known = fromMemory(key);
    if (known !== undefined) return known ?? undefined;
    count('miss');
    return fetchEntry(key).catch((error: unknown) => orStale(key, error));
  };

  const getMany: Store['getMany'] = async (keys, options) => {
    if (options?.consistency === 'strong') return inner.getMany(keys, options);
    const results = keys.map(fromMemory);
    const missing = keys.filter((_key, index) => results[index] === undefined);
    if (missing.length === 0) return results.map((entry) => entry ?? undefined);
    const fills = missing.map((key) => memory.beginFill(key));
    const found = await inner.getMany(missing).catch((error: unknown) => missing.map(() => asStoreError(error)));
    for (const [index, fill] of fills.entries()) {
      const entry = found[index];
      if (entry instanceof StoreError) memory.abandon(fill);
      else memory.fill(fill, entry);
    }
    const fetched = found.values();
    return results.map((entry) => (entry === undefined ? fetched.next().value : (entry ?? undefined)));
  };

  const guarded = intercept(inner, async ({ write, keys }, run) => {
    if (!write) return run();
    memory.invalidate(keys);
    try {
      return await run();
    } finally {
      memory.invalidate(keys);
    }
  });
  return { ...guarded, get, getMany, peek };
}
