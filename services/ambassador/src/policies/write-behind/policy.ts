import { strict } from '@podkit/chassis/config/strict';
import { Type } from 'typebox';
import { size } from '../../schema/quantities.ts';
import type { Key, SetOptions, Store, WriteOptions } from '../../store/store.ts';
import { applyEach, isUnconditional } from '../../store/write.ts';
import { definePolicy, opaque } from '../policy.ts';
import { writeToEntry } from './pending.ts';
import { WriteBehind } from './write-behind.ts';

/**
 * Plain sets and deletes are acknowledged once they are in the journal; readers here see them at once. Operations that
 * need a response of the store itself (conditions, transactions, increments, `strong`) first wait for the key's earlier
 * writes.
 */
function writeBehindStore(inner: Store, queue: WriteBehind): Store {
  const { pending, etags } = queue;
  const afterDrain = async <T>(keys: readonly Key[] | undefined, work: () => Promise<T>): Promise<T> => {
    await queue.drain(keys);
    return work();
  };
  const set = async (key: Key, value: Buffer, options: SetOptions = {}): Promise<string> => {
    if (!isPlain(options) || options.ttl === 'keep')
      return afterDrain([key], () => inner.set(key, value, etags.translate(key, options)));
    inner.checkKey(key);
    return queue.add(key, value, options.ttl === undefined ? undefined : Date.now() + options.ttl);
  };
  const remove = async (key: Key, options: WriteOptions = {}): Promise<boolean> => {
    if (!isPlain(options)) return afterDrain([key], () => inner.delete(key, etags.translate(key, options)));
    inner.checkKey(key);
    await queue.recovered;
    const before = pending.get(key);
    // When the store cannot say whether there was something, there may have been.
    const existed = before === undefined ? await inner.get(key).catch(() => null) : writeToEntry(before);
    await queue.add(key, undefined, undefined);
    return existed !== undefined;
  };
  return {
    info: inner.info,
    get: async (key, options) => {
      await queue.recovered;
      const waiting = pending.get(key);
      return waiting === undefined ? inner.get(key, options) : writeToEntry(waiting);
    },
    getMany: async (keys, options) => {
      await queue.recovered;
      const waiting = keys.map((key) => pending.get(key));
      const asked = keys.filter((_key, index) => waiting[index] === undefined);
      const found = (asked.length === 0 ? [] : await inner.getMany(asked, options)).values();
      return waiting.map((one) => (one === undefined ? found.next().value : writeToEntry(one)));
    },
    set,
    delete: remove,
    writeMany: (all) => applyEach({ set, delete: remove }, all),
    transact: (all) => {
      const keys = all.map(({ key }) => key);
      return afterDrain(keys, () => inner.transact(all.map((one) => etags.translate(one.key, one))));
    },
    increment: (key, by) => afterDrain([key], () => inner.increment(key, by)),
    touch: (key, expiresAt, condition = {}) =>
      afterDrain([key], () => inner.touch(key, expiresAt, etags.translate(key, condition))),
    list: (options) =>
      options.cursor === undefined ? afterDrain(undefined, () => inner.list(options)) : inner.list(options),
    count: (prefix) => afterDrain(undefined, () => inner.count(prefix)),
    query: (query) => afterDrain(undefined, () => inner.query(query)),
    checkKey: (key) => inner.checkKey(key),
    ping: () => queue.recovered,
    close: async () => {
      await queue.close();
      await inner.close();
    },
  };
}

const isPlain = (options: WriteOptions): boolean => isUnconditional(options) && options.consistency !== 'strong';

export const writeBehindPolicy = definePolicy({
  schema: strict(
    {
      journal: Type.String({ description: 'Folder for the journal; it must survive restarts.' }),
      maxEntries: Type.Integer({
        default: 100_000,
        minimum: 1,
        description: 'Maximum number of keys waiting; beyond it writes are refused.',
      }),
      maxBytes: size({ default: '64Mi', description: 'Maximum bytes waiting; beyond it writes are refused.' }),
      sync: Type.Boolean({
        default: true,
        description: 'Whether a write is on disk (fsync) before it is acknowledged.',
      }),
      batch: Type.Integer({ default: 100, minimum: 1, description: 'Maximum number of writes sent at once.' }),
    },
    { description: 'Acknowledge a write once it is in the journal; send it on afterwards.' },
  ),
  build: ({ journal, ...limits }, { name, inner, context }) => {
    const warn = (message: string) => context.warn(`store ${name}: ${message}`);
    const lease = () => context.journals.hold(journal);
    const queue = new WriteBehind(inner.store, { ...limits, folder: journal, warn, lease });
    context.metrics.gauge(name, 'write_behind_entries', 'Writes that wait for the store.', () => queue.pending.size);
    context.metrics.gauge(
      name,
      'write_behind_bytes',
      'Bytes of the writes that wait for the store.',
      () => queue.pending.bytes,
    );
    return opaque(writeBehindStore(inner.store, queue));
  },
});
