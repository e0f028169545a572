import { addTo } from './integer.ts';
import type { Entry, Key, Store, StoreInfo, WriteOperation } from './store.ts';
import { asStoreError, refuseQuery, StoreError } from './store-error.ts';
import { updateEntry } from './write.ts';

/** How keys and values are written on the other side of a policy. Keys here are those on the caller's side. */
export type Transform = {
  key?: { out: (key: Key) => Key; back: (key: Key) => Key; prefix: Key };
  value?: { encode: (key: Key, value: Buffer) => Buffer; decode: (key: Key, value: Buffer) => Buffer };
};

const same = (key: Key): Key => key;
const unchanged = { out: same, back: same, prefix: '' };

/** The store with keys and values translated on their way in and out. */
export function transform(inner: Store, { key: keys, value: values }: Transform): Store {
  const { out, back, prefix: begin } = keys ?? unchanged;
  const outPrefix = (prefix: Key = '') => begin + prefix;
  const decode = (key: Key, entry: Entry): Entry =>
    values === undefined
      ? entry
      : { value: values.decode(key, entry.value), etag: entry.etag, expiresAt: entry.expiresAt };
  const decodeSafely = (key: Key, entry: Entry | undefined | StoreError) => {
    if (entry === undefined || entry instanceof StoreError) return entry;
    try {
      return decode(key, entry);
    } catch (error) {
      return asStoreError(error);
    }
  };
  const encode = (key: Key, value: Buffer) => values?.encode(key, value) ?? value;
  const operation = (one: WriteOperation): WriteOperation =>
    one.kind === 'set'
      ? { ...one, key: out(one.key), value: encode(one.key, one.value) }
      : { ...one, key: out(one.key) };
  const outer: Store = {
    info: values === undefined ? inner.info : withoutQuery(inner.info),
    get: async (key, options) => {
      const entry = await inner.get(out(key), options);
      return entry && decode(key, entry);
    },
    getMany: async (asked, options) => {
      const entries = await inner.getMany(asked.map(out), options);
      return entries.map((entry, index) => decodeSafely(asked[index] ?? '', entry));
    },
    set: async (key, value, options) => inner.set(out(key), encode(key, value), options),
    delete: (key, options) => inner.delete(out(key), options),
    writeMany: (operations) => inner.writeMany(operations.map(operation)),
    transact: (operations) => inner.transact(operations.map(operation)),
    increment: (key, by) => (values === undefined ? inner.increment(out(key), by) : incrementByUpdate(outer, key, by)),
    touch: (key, expiresAt, condition) => inner.touch(out(key), expiresAt, condition),
    list: async (options) => {
      const page = await inner.list({ ...options, prefix: outPrefix(options.prefix) });
      return { ...page, keys: page.keys.map(back) };
    },
    count: (prefix) => inner.count(outPrefix(prefix)),
    query: async (query) => {
      if (values !== undefined) return refuseQuery();
      const page = await inner.query({ ...query, prefix: outPrefix(query.prefix) });
      return { ...page, entries: page.entries.map((entry) => ({ ...entry, key: back(entry.key) })) };
    },
    checkKey: (key) => inner.checkKey(out(key)),
    ping: () => inner.ping(),
    close: () => inner.close(),
  };
  if (inner.peek !== undefined) {
    outer.peek = (key) => {
      const entry = inner.peek?.(out(key));
      return entry ? decode(key, entry) : entry;
    };
  }
  return outer;
}

/** The backend cannot add to a transformed value, so it is read, changed here and written if nobody wrote meanwhile. */
async function incrementByUpdate(store: Store, key: Key, by: bigint): Promise<bigint> {
  let sum = 0n;
  await updateEntry(store, key, (entry) => {
    sum = addTo(entry?.value, by);
    return { value: Buffer.from(String(sum)), ttl: 'keep' };
  });
  return sum;
}

const withoutQuery = (info: StoreInfo): StoreInfo => ({
  ...info,
  capabilities: new Set([...info.capabilities].filter((capability) => capability !== 'query')),
});
