import type { Key, Store } from './store.ts';

type OperationName = Exclude<keyof Store, 'info' | 'peek' | 'checkKey' | 'close'>;

/** An operation on its way to a store. */
export type Operation = {
  name: OperationName;
  /** The keys that it is about; none where it is about all. */
  keys: readonly Key[];
  /** Whether it may change something. */
  write: boolean;
};

/**
 * Does something around an operation: delays it, runs it again, refuses it, measures it. `run` does it, on another store
 * where one is given.
 */
export type Around = <T>(operation: Operation, run: (store?: Store) => Promise<T>) => Promise<T>;

/** The store with `around` around each of its operations. `peek` is left out, unless `keepPeek`. */
export function intercept(
  inner: Store,
  around: Around,
  { keepPeek = false, pings = true }: { keepPeek?: boolean; pings?: boolean } = {},
): Store {
  const outer: Store = {
    info: inner.info,
    get: (key, options) => around(read('get', [key]), (store = inner) => store.get(key, options)),
    getMany: (keys, options) => around(read('getMany', keys), (store = inner) => store.getMany(keys, options)),
    set: (key, value, options) => around(write('set', [key]), (store = inner) => store.set(key, value, options)),
    delete: (key, options) => around(write('delete', [key]), (store = inner) => store.delete(key, options)),
    writeMany: (operations) =>
      around(write('writeMany', operationKeys(operations)), (store = inner) => store.writeMany(operations)),
    transact: (operations) =>
      around(write('transact', operationKeys(operations)), (store = inner) => store.transact(operations)),
    increment: (key, by) => around(write('increment', [key]), (store = inner) => store.increment(key, by)),
    touch: (key, at, condition) => around(write('touch', [key]), (store = inner) => store.touch(key, at, condition)),
    list: (options) => around(read('list', []), (store = inner) => store.list(options)),
    count: (prefix) => around(read('count', []), (store = inner) => store.count(prefix)),
    query: (query) => around(read('query', []), (store = inner) => store.query(query)),
    checkKey: (key) => inner.checkKey(key),
    ping: () => (pings ? around(read('ping', []), (store = inner) => store.ping()) : inner.ping()),
    close: () => inner.close(),
  };
  if (keepPeek && inner.peek !== undefined) outer.peek = inner.peek.bind(inner);
  return outer;
}

/** The store, which does `before` first when it is closed. */
export function onClose(inner: Store, before: () => void | Promise<void>): Store {
  return {
    ...intercept(inner, (_operation, run) => run(), { keepPeek: true }),
    close: async () => {
      await before();
      await inner.close();
    },
  };
}

const read = (name: OperationName, keys: readonly Key[]): Operation => ({ name, keys, write: false });
const write = (name: OperationName, keys: readonly Key[]): Operation => ({ name, keys, write: true });
const operationKeys = (operations: readonly { key: Key }[]): Key[] => operations.map(({ key }) => key);
