import type { Built } from '../store/built.ts';
import { shownKey } from '../store/key.ts';
import type { Key, Store } from '../store/store.ts';
import { StoreError } from '../store/store-error.ts';
import type { Engine, Route } from './engine.ts';
import { RouteStore } from './route-store.ts';

/** All stores of one reading of the file, and which of them the Redis endpoint uses. */
export type Generation = { stores: ReadonlyMap<string, Built>; redisStore: string };

/** The engine over the generation of stores that is current; a reload puts another in its place. */
export class LiveEngine<Current extends Generation = Generation> implements Engine {
  #generation: Current;
  #routes = new Map<Store, Route>();
  readonly #listeners = new Set<() => void>();

  constructor(generation: Current) {
    this.#generation = generation;
  }

  get generation(): Current {
    return this.#generation;
  }

  get redisStore(): Store {
    return this.#redisBuilt.store;
  }

  store(name: string): Store | undefined {
    return this.#generation.stores.get(name)?.store;
  }

  storeNames(): readonly string[] {
    return [...this.#generation.stores.keys()];
  }

  route(key: Key): Route {
    let built = this.#redisBuilt;
    // A route with policies around it is one store to the endpoint; only a bare one is followed.
    while (built.store instanceof RouteStore) {
      const [first, second] = built.store.table.candidates(key);
      if (first === undefined || second !== undefined || first.rule.takesWrite !== undefined) break;
      built = first.built;
    }
    return this.#routeFor(built);
  }

  routes(): readonly Route[] {
    const visit = (built: Built): Route[] =>
      built.store instanceof RouteStore
        ? built.store.table.entries.flatMap((entry) => visit(entry.built))
        : [this.#routeFor(built)];
    return [...new Set(visit(this.#redisBuilt))];
  }

  onReload(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Put another generation in place; the caller closes the old one. */
  replace(next: Current): Current {
    const old = this.#generation;
    this.#generation = next;
    this.#routes = new Map();
    for (const listener of this.#listeners) listener();
    return old;
  }

  get #redisBuilt(): Built {
    const built = this.#generation.stores.get(this.#generation.redisStore);
    if (built === undefined) throw new StoreError('ERR_UNSUPPORTED', 'the Redis endpoint has no store');
    return built;
  }

  /** The same object for the same store until a reload. */
  #routeFor(built: Built): Route {
    const known = this.#routes.get(built.store);
    if (known !== undefined) return known;
    const route: Route = { store: built.store, raw: built.raw, changes: built.changes };
    this.#routes.set(built.store, route);
    return route;
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
