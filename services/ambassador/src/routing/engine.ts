import type { Built } from '../store/built.ts';
import { shownKey } from '../store/key.ts';
import type { Key, Store } from '../store/store.ts';
import { StoreError } from '../store/store-error.ts';
import { RouteStore } from './route-store.ts';

/** The stores that were built from the file, and which of them the Redis endpoint uses. */
export type Generation = { stores: ReadonlyMap<string, Built>; redisStore: string };

/**
 * The current stores. A reload replaces them, so look up the route of each command again, and compare routes by identity
 * only.
 */
export class Engine<Current extends Generation = Generation> {
  #generation: Current;
  readonly #listeners = new Set<() => void>();

  constructor(generation: Current) {
    this.#generation = generation;
  }

  get generation(): Current {
    return this.#generation;
  }

  /** By name, as the Dapr API addresses them. */
  store(name: string): Store | undefined {
    return this.#generation.stores.get(name)?.store;
  }

  storeNames(): readonly string[] {
    return [...this.#generation.stores.keys()];
  }

  /** Where a key of the Redis endpoint lives: the store that the rules choose. */
  route(key: Key): Built {
    let built = this.#redisBuilt;
    // A route with policies around it is one store to the endpoint; only a bare one is followed.
    while (built.store instanceof RouteStore) {
      const [first, second] = built.store.table.candidates(key);
      if (first === undefined || second !== undefined || first.rule.takesWrite !== undefined) break;
      built = first.built;
    }
    return built;
  }

  /** Whether the rules send a key, perhaps by its value, to this store. It may hold keys that they send elsewhere. */
  leadsTo(built: Built, key: Key): boolean {
    const visit = (at: Built): boolean =>
      at.store instanceof RouteStore ? at.store.table.places(key).some((entry) => visit(entry.built)) : at === built;
    return visit(this.#redisBuilt);
  }

  /** Every store that keys of the Redis endpoint can live in. */
  routes(): readonly Built[] {
    const visit = (built: Built): Built[] =>
      built.store instanceof RouteStore ? built.store.table.entries.flatMap((entry) => visit(entry.built)) : [built];
    return [...new Set(visit(this.#redisBuilt))];
  }

  /** Call `listener` after a reload, to drop what belongs to stores that are gone. */
  onReload(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Put another generation in place; the caller closes the old one. */
  replace(next: Current): Current {
    const old = this.#generation;
    this.#generation = next;
    for (const listener of this.#listeners) listener();
    return old;
  }

  get #redisBuilt(): Built {
    const built = this.#generation.stores.get(this.#generation.redisStore);
    if (built === undefined) throw new StoreError('ERR_UNSUPPORTED', 'the Redis endpoint has no store');
    return built;
  }
}

/** Why a key lives where it does, for `/routes?key=`. */
export function explain(built: Built, key: Key): string[] {
  const lines: string[] = [];
  let at: Built | undefined = built;
  while (at?.store instanceof RouteStore) {
    const candidates = at.store.table.candidates(key);
    for (const { rule } of candidates) lines.push(`${shownKey(key)}: ${rule.why} leads to store ${rule.store}`);
    at = candidates.at(-1)?.built;
  }
  if (at !== undefined) lines.push(`store ${at.store.info.name} (${at.store.info.kind}) holds it`);
  return lines;
}
