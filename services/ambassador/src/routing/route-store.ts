import { KeyedMutex } from '../store/keyed-mutex.ts';
import type { Capability, Entry, Key, Store, StoreInfo, WriteResult } from '../store/store.ts';
import { asStoreError, refuseQuery, StoreError } from '../store/store-error.ts';
import { applyTo } from '../store/write.ts';
import { moveWrite } from './route-move.ts';
import { listAll, type RouteTable } from './route-table.ts';

const strong = { consistency: 'strong' } as const;

/**
 * Chooses a store for each key. Where rules depend on values a key lives in one of several stores: then reads ask them
 * in order, and a write that changes the place removes the old entry, one write at a time per key.
 */
export class RouteStore implements Store {
  readonly info: StoreInfo;
  readonly table: RouteTable;
  readonly #moves = new KeyedMutex();

  constructor(name: string, table: RouteTable) {
    this.table = table;
    const common = table.stores.map(({ info }) => info.capabilities);
    const capabilities = [...(common[0] ?? [])].filter((capability) => common.every((set) => set.has(capability)));
    this.info = {
      name,
      kind: 'route',
      capabilities: new Set<Capability>(capabilities.filter((capability) => capability !== 'query')),
    };
  }

  peek(key: Key): Entry | null | undefined {
    const [first, ...others] = this.table.candidates(key);
    return others.length > 0 ? undefined : first?.built.store.peek?.(key);
  }

  get: Store['get'] = async (key, options) => {
    for (const { built } of this.table.candidates(key)) {
      const entry = await built.store.get(key, options);
      if (entry !== undefined) return entry;
    }
    return undefined;
  };

  getMany: Store['getMany'] = async (keys, options) => {
    const places = keys.map((key) => this.#place(key));
    const results: (Entry | undefined | StoreError)[] = keys.map(() => undefined);
    const groups = Map.groupBy(keys.keys(), (index) => places[index]);
    const ask = async (place: Store | undefined, indexes: number[]) => {
      const wanted = indexes.map((index) => keys[index] ?? '');
      if (place !== undefined)
        return place.getMany(wanted, options).catch((error: unknown) => wanted.map(() => asStoreError(error)));
      return Promise.all(wanted.map((key) => this.get(key, options).catch(asStoreError)));
    };
    const answers = [...groups].map(async ([place, indexes]) => {
      for (const [at, result] of (await ask(place, indexes)).entries()) results[indexes[at] ?? 0] = result;
    });
    await Promise.all(answers);
    return results;
  };

  set: Store['set'] = async (key, value, options = {}) => {
    const place = this.#place(key);
    if (place !== undefined) return place.set(key, value, options);
    const target = this.table.target(key, { size: value.length, options });
    return this.#moves.run(key, () => moveWrite(key, value, options, target.built.store, this.#stores(key)));
  };

  delete: Store['delete'] = async (key, options) => {
    const place = this.#place(key);
    if (place !== undefined) return place.delete(key, options);
    return this.#moves.run(key, async () => {
      const holder = await this.#holder(key);
      const existed = await holder.delete(key, options);
      // An interrupted move may have left it in another store, too.
      for (const store of this.#stores(key)) if (store !== holder) await store.delete(key);
      return existed;
    });
  };

  writeMany: Store['writeMany'] = async (operations) => {
    const places = operations.map(({ key }) => this.#place(key));
    const [first] = places;
    if (first !== undefined && places.every((place) => place === first)) return first.writeMany(operations);
    // Writes of one store keep their order; different stores work in parallel.
    const results: (WriteResult | StoreError)[] = [];
    const groups = Map.groupBy(operations.entries(), ([index]) => places[index]);
    const work = [...groups.values()].map(async (entries) => {
      for (const [index, operation] of entries) results[index] = await applyTo(this, operation).catch(asStoreError);
    });
    await Promise.all(work);
    return results;
  };

  transact: Store['transact'] = async (operations) => {
    const places = new Set(operations.map(({ key }) => this.#place(key)));
    const [place] = places;
    if (places.size === 1 && place !== undefined) return place.transact(operations);
    throw new StoreError(
      'ERR_UNSUPPORTED',
      'the keys of a transaction must all lie in one store, by their names alone',
    );
  };

  increment: Store['increment'] = async (key, by) => (await this.#holder(key)).increment(key, by);

  touch: Store['touch'] = async (key, expiresAt, condition) =>
    (await this.#holder(key)).touch(key, expiresAt, condition);

  /** A write may have to remove the key from each place where it can be. */
  checkKey(key: Key): void {
    for (const { built } of this.table.candidates(key)) built.store.checkKey(key);
  }

  query: Store['query'] = refuseQuery;

  /** A store may have keys that the rules send elsewhere. */
  count: Store['count'] = async () => undefined;

  list: Store['list'] = (options) => listAll(this.table, options);

  ping: Store['ping'] = async () => {
    await Promise.all(this.table.stores.map((store) => store.ping()));
  };

  /** The stores behind it are closed by their own names. */
  close: Store['close'] = async () => {};

  /** The one store where the key can be; undefined where the values decide, or no rule takes the key. */
  #place(key: Key): Store | undefined {
    const [first, ...others] = this.table.places(key);
    return others.length === 0 && first?.rule.takesWrite === undefined ? first?.built.store : undefined;
  }

  /** Each store where the key can be. */
  #stores(key: Key): Store[] {
    return [...new Set(this.table.candidates(key).map(({ built }) => built.store))];
  }

  /** The store that has the key now, or the one that takes any value. */
  async #holder(key: Key): Promise<Store> {
    const stores = this.#stores(key);
    for (const store of stores.slice(0, -1)) if ((await store.get(key, strong)) !== undefined) return store;
    const last = stores.at(-1);
    if (last === undefined) throw new StoreError('ERR_UNSUPPORTED', 'no rule takes this key');
    return last;
  }
}
