import { ClockMap, type Slot } from '../../engine/clock-map.ts';
import { intercept } from '../../engine/intercept.ts';
import type { Key, ReadOptions, Store } from '../../engine/store.ts';

/** The primary for writes, replicas for reads; a key that was written a moment ago is read from the primary. */
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

/** Which keys were written lately, within a bounded memory. */
class RecentWrites {
  readonly #written = new ClockMap<Slot>({ maxBytes: 4 * 1024 * 1024 });
  readonly #lag: number;
  // When the memory overflows, keys are forgotten too early: then nothing counts as settled until the lag has passed.
  #overflowedAt = Number.NEGATIVE_INFINITY;

  constructor(lag: number) {
    this.#lag = lag;
  }

  note(keys: readonly Key[]): void {
    const expiresAt = Date.now() + this.#lag;
    const before = this.#written.evictions;
    for (const key of keys) this.#written.set(key, { used: false, expiresAt, size: key.length + 100 });
    if (this.#written.evictions > before) this.#overflowedAt = Date.now();
    this.#written.sweep(keys.length * 2);
  }

  settled(keys: readonly Key[]): boolean {
    if (Date.now() - this.#overflowedAt <= this.#lag) return false;
    return keys.every((key) => this.#written.get(key) === undefined);
  }
}
