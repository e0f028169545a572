import { LRUCache } from 'lru-cache';
import { intercept } from '../../store/intercept.ts';
import type { Key, ReadOptions, Store } from '../../store/store.ts';

/** Writes go to the primary and reads to the replicas. Keys written within the last `lag` milliseconds are read from the primary. */
export function replicaReads(primary: Store, replicas: readonly Store[], lag: number): Store {
  const recent = new RecentWrites(lag);
  const noting = intercept(primary, async (operation, run) => {
    if (operation.write) recent.note(operation.keys);
    try {
      return await run();
    } finally {
      if (operation.write) recent.note(operation.keys);
    }
  });
  let turn = 0;
  const read = async <T>(keys: readonly Key[], options: ReadOptions | undefined, ask: (store: Store) => Promise<T>) => {
    if (options?.consistency === 'strong' || !recent.settled(keys)) return ask(primary);
    turn = (turn + 1) % replicas.length;
    return ask(replicas[turn] ?? primary).catch(() => ask(primary));
  };
  return {
    ...noting,
    get: (key, options) => read([key], options, (store) => store.get(key, options)),
    getMany: (keys, options) => read(keys, options, (store) => store.getMany(keys, options)),
    close: async () => {
      await Promise.all([primary, ...replicas].map((store) => store.close()));
    },
  };
}

/** Maximum number of keys that are remembered, about 10 MB. */
const maxRemembered = 65_536;

/** Which keys were written within the lag, in a bounded amount of memory. */
class RecentWrites {
  /** When each key may be read from a replica again, in milliseconds since the epoch. */
  readonly #written: LRUCache<Key, number>;
  readonly #lag: number;
  // When a key was last forgotten too early. Until the lag has passed, no key counts as settled.
  #overflowedAt = Number.NEGATIVE_INFINITY;

  constructor(lag: number) {
    this.#lag = lag;
    this.#written = new LRUCache({
      max: maxRemembered,
      dispose: (until, _key, reason) => {
        if (reason === 'evict' && until > Date.now()) this.#overflowedAt = Date.now();
      },
    });
  }

  note(keys: readonly Key[]): void {
    for (const key of keys) this.#written.set(key, Date.now() + this.#lag);
  }

  settled(keys: readonly Key[]): boolean {
    if (Date.now() - this.#overflowedAt <= this.#lag) return false;
    return keys.every((key) => (this.#written.get(key) ?? 0) <= Date.now());
  }
}
