import { waitFor } from '@podkit/chassis/testing/wait-for';
import { beforeAll, describe, expect, test } from 'vitest';
import { textToKey } from '../../src/store/key.ts';
import type { Key, Store } from '../../src/store/store.ts';
import { StoreError } from '../../src/store/store-error.ts';
import { updateEntry } from '../../src/store/write.ts';
import { errorCode, fresh, storeNames, storesForTests, value } from '../support/contract-stores.ts';

const stores = storesForTests();

describe.each(storeNames)('store %s', (name) => {
  let store: Store;
  beforeAll(() => {
    store = stores.get(name);
  });

  test('gives back the bytes that it was given', async () => {
    const key = textToKey(`${fresh()} käse ☂`);
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    await store.set(key, bytes);
    expect((await store.get(key))?.value).toEqual(bytes);
  });

  test('knows nothing of a key that is not there', async () => {
    expect(await store.get(fresh())).toBeUndefined();
    expect(await store.delete(fresh())).toBe(false);
  });

  test('gives another etag after each write, and takes a write with the etag that is current', async () => {
    const key = fresh();
    await store.set(key, value('1'));
    const first = await store.get(key, { consistency: 'strong' });
    const etag = await store.set(key, value('2'), { ifMatch: first?.etag ?? '' });
    expect(etag).not.toBe(first?.etag);
    expect(await errorCode(store.set(key, value('3'), { ifMatch: first?.etag ?? '' }))).toBe('ERR_ETAG_MISMATCH');
    expect((await store.get(key))?.value.toString()).toBe('2');
  });

  test('writes only what is absent, or only what is present, when asked so', async () => {
    const key = fresh();
    expect(await errorCode(store.set(key, value('1'), { ifPresent: true }))).toBe('ERR_ETAG_MISMATCH');
    await store.set(key, value('1'), { ifAbsent: true });
    expect(await errorCode(store.set(key, value('2'), { ifAbsent: true }))).toBe('ERR_ETAG_MISMATCH');
    await store.set(key, value('3'), { ifPresent: true });
    expect((await store.get(key))?.value.toString()).toBe('3');
  });

  test('deletes under a condition', async () => {
    const key = fresh();
    const etag = await store.set(key, value('1'));
    await store.set(key, value('2'), { ifMatch: etag });
    expect(await errorCode(store.delete(key, { ifMatch: etag }))).toBe('ERR_ETAG_MISMATCH');
    expect(await store.delete(key)).toBe(true);
    expect(await store.get(key)).toBeUndefined();
  });

  test('lets a key expire, and keeps or drops the expiry on the next write', async () => {
    const short = fresh();
    const kept = fresh();
    const dropped = fresh();
    await store.set(short, value('1'), { ttl: 50 });
    const before = Date.now();
    await store.set(kept, value('1'), { ttl: 60_000 });
    await store.set(kept, value('2'), { ttl: 'keep' });
    await store.set(dropped, value('1'), { ttl: 60_000 });
    await store.set(dropped, value('2'));
    await waitFor('the key to expire', async () => (await store.get(short, { consistency: 'strong' })) === undefined);
    const expiresAt = (await store.get(kept))?.expiresAt ?? 0;
    // A second of rounding either way: drivers count in seconds of their own clock.
    expect(expiresAt).toBeGreaterThan(before + 59_000);
    expect(expiresAt).toBeLessThanOrEqual(Date.now() + 61_000);
    expect((await store.get(dropped))?.expiresAt).toBeUndefined();
  });

  test('changes only the expiry', async () => {
    const key = fresh();
    expect(await store.touch(key, Date.now() + 5000)).toBe(false);
    await store.set(key, value('1'));
    const expiry = Date.now() + 60_000;
    expect(await store.touch(key, expiry)).toBe(true);
    expect((await store.get(key))?.expiresAt).toBeGreaterThan(expiry - 1001);
    expect(await store.touch(key, null)).toBe(true);
    expect(await store.get(key)).toMatchObject({ value: value('1'), expiresAt: undefined });
  });

  test('counts without losing an increment', async () => {
    const key = fresh();
    await Promise.all(Array.from({ length: 20 }, () => store.increment(key, 3n)));
    expect(await store.increment(key, -10n)).toBe(50n);
    await store.set(key, value('9223372036854775807'));
    expect(await errorCode(store.increment(key, 1n))).toBe('ERR_NOT_INTEGER');
    await store.set(key, value('1.5'));
    expect(await errorCode(store.increment(key, 1n))).toBe('ERR_NOT_INTEGER');
  });

  test('does not lose an update among several', async () => {
    const key = fresh();
    const append = () =>
      updateEntry(store, key, (entry) => ({ value: Buffer.concat([entry?.value ?? value(''), value('x')]) }));
    await Promise.all(Array.from({ length: 8 }, append));
    expect((await store.get(key))?.value.toString()).toBe('xxxxxxxx');
  });

  test('reads many keys in their order', async () => {
    const first = fresh();
    const missing = fresh();
    const last = fresh();
    await store.writeMany([
      { kind: 'set', key: last, value: value('3') },
      { kind: 'set', key: first, value: value('1') },
    ]);
    const entries = await store.getMany([first, missing, last, first]);
    const texts = entries.map((entry) => (entry instanceof StoreError ? entry.code : entry?.value.toString()));
    expect(texts).toEqual(['1', undefined, '3', '1']);
  });

  test('does independent writes each for itself', async () => {
    const taken = fresh();
    const free = fresh();
    await store.set(taken, value('1'));
    const results = await store.writeMany([
      { kind: 'set', key: taken, value: value('2'), ifAbsent: true },
      { kind: 'set', key: free, value: value('2'), ifAbsent: true },
    ]);
    expect(results[0]).toMatchObject({ code: 'ERR_ETAG_MISMATCH' });
    expect((await store.get(free))?.value.toString()).toBe('2');
  });

  test('lists every key of a prefix, in pages', async () => {
    const prefix = `${fresh()}*[list]:`;
    const keys = Array.from({ length: 25 }, (_, index) => `${prefix}${index}`);
    await store.writeMany(keys.map((key) => ({ kind: 'set', key, value: value('x') })));
    const found = new Set<Key>();
    let cursor: string | undefined;
    do {
      const page = await store.list({ prefix, limit: 7, ...(cursor === undefined ? {} : { cursor }) });
      for (const key of page.keys) found.add(key);
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect([...found].toSorted()).toEqual(keys.toSorted());
  });

  test('answers a ping', async () => {
    expect(await store.ping()).toBeUndefined();
  });
});

test.each(storeNames.filter((name) => name !== 'routed'))(
  'store %s does a transaction wholly or not at all',
  async (name) => {
    const store = stores.get(name);
    const a = fresh();
    const b = fresh();
    await store.transact([
      { kind: 'set', key: a, value: value('1') },
      { kind: 'set', key: a, value: value('2') },
      { kind: 'delete', key: b },
    ]);
    expect((await store.get(a))?.value.toString()).toBe('2');
    const failing = store.transact([
      { kind: 'set', key: a, value: value('3') },
      { kind: 'set', key: b, value: value('3') },
      { kind: 'set', key: a, value: value('4'), ifAbsent: true },
    ]);
    expect(await errorCode(failing)).toBe('ERR_ETAG_MISMATCH');
    expect((await store.get(a))?.value.toString()).toBe('2');
    expect(await store.get(b)).toBeUndefined();
  },
);
