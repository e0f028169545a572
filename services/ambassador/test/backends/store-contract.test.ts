import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deadline } from '@podkit/chassis/testing/deadline';
import { freePort } from '@podkit/chassis/testing/free-port';
import { spawnService } from '@podkit/chassis/testing/spawn-service';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Generation } from '../../src/routing/live-engine.ts';
import { textToKey } from '../../src/store/key.ts';
import type { Key, Store } from '../../src/store/store.ts';
import { StoreError } from '../../src/store/store-error.ts';
import { updateEntry } from '../../src/store/update.ts';
import { query } from '../support/postgres-query.ts';
import { buildStores, closeAll, getStore, startBackends } from '../support/stores.ts';

const folder = mkdtempSync(join(tmpdir(), 'podkit-contract-'));
/** PostgreSQL in WebAssembly, as `npm start` uses it. */
async function startPglite() {
  const port = await freePort();
  const server = spawnService(join(import.meta.dirname, '../support/pglite-server.ts'), { args: [String(port)] });
  await waitFor('PGlite to listen', () => connects(port), { timeout: 30_000 });
  return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, stop: () => server.stop('SIGKILL') };
}

async function connects(port: number): Promise<true> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.destroy();
  return true;
}

let backends: Awaited<ReturnType<typeof startBackends>>;
let pglite: Awaited<ReturnType<typeof startPglite>>;
let generation: Generation;

beforeAll(async () => {
  [backends, pglite] = await Promise.all([startBackends(), startPglite()]);
  writeFileSync(join(folder, 'key'), 'a'.repeat(64));
  generation = buildStores(`
stores:
  memory: {driver: memory}
  redis: {driver: redis, url: '${backends.redis.url}/0'}
  postgresql: {driver: postgresql, url: '${backends.postgres.url}'}
  one-connection: {driver: postgresql, url: '${backends.postgres.url}', poolMax: 1, tablePrefix: one_}
  pglite: {driver: postgresql, url: '${pglite.url}', poolMax: 2}
  wrapped:
    driver: redis
    url: ${backends.redis.url}/1
    policies:
      - keyPrefix: appid
      - bulkhead: {}
      - retry: {}
      - timeout: 5s
      - circuitBreaker: {}
      - compression: {minBytes: '64'}
      - encryption: {keys: [{id: first, file: '${join(folder, 'key')}'}]}
  near: {driver: postgresql, url: '${backends.postgres.url}', tablePrefix: near_, policies: [{near: {}}]}
  behind:
    driver: postgresql
    url: ${backends.postgres.url}
    tablePrefix: behind_
    policies: [{writeBehind: {journal: '${join(folder, 'journal')}'}}]
  routed: {driver: route, rules: [{minSize: '100', store: postgresql}, {store: memory}]}
`);
});

afterAll(async () => {
  await closeAll(generation);
  await Promise.all([backends.stop(), pglite.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

const names = ['memory', 'redis', 'postgresql', 'one-connection', 'pglite', 'wrapped', 'near', 'behind', 'routed'];
let count = 0;
const fresh = (): Key => {
  count += 1;
  return `key-${count}`;
};
const codeOf = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise;
  } catch (error) {
    if (error instanceof StoreError) return error.code;
    throw error;
  }
  return 'no error';
};
const value = (text: string) => Buffer.from(text);

describe.each(names)('store %s', (name) => {
  let store: Store;
  beforeAll(() => {
    store = getStore(generation, name);
  });

  test('gives back the bytes that it was given', async () => {
    const [key, bytes] = [textToKey(`${fresh()} käse ☂`), Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))];
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
    expect(await codeOf(store.set(key, value('3'), { ifMatch: first?.etag ?? '' }))).toBe('ERR_ETAG_MISMATCH');
    expect((await store.get(key))?.value.toString()).toBe('2');
  });

  test('writes only what is absent, or only what is present, when asked so', async () => {
    const key = fresh();
    expect(await codeOf(store.set(key, value('1'), { ifPresent: true }))).toBe('ERR_ETAG_MISMATCH');
    await store.set(key, value('1'), { ifAbsent: true });
    expect(await codeOf(store.set(key, value('2'), { ifAbsent: true }))).toBe('ERR_ETAG_MISMATCH');
    await store.set(key, value('3'), { ifPresent: true });
    expect((await store.get(key))?.value.toString()).toBe('3');
  });

  test('deletes under a condition', async () => {
    const key = fresh();
    const etag = await store.set(key, value('1'));
    await store.set(key, value('2'), { ifMatch: etag });
    expect(await codeOf(store.delete(key, { ifMatch: etag }))).toBe('ERR_ETAG_MISMATCH');
    expect(await store.delete(key)).toBe(true);
    expect(await store.get(key)).toBeUndefined();
  });

  test('lets a key expire, and keeps or drops the expiry on the next write', async () => {
    const [short, kept, dropped] = [fresh(), fresh(), fresh()];
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
    expect(await codeOf(store.increment(key, 1n))).toBe('ERR_NOT_INTEGER');
    await store.set(key, value('1.5'));
    expect(await codeOf(store.increment(key, 1n))).toBe('ERR_NOT_INTEGER');
  });

  test('does not lose an update among several', async () => {
    const key = fresh();
    const append = () =>
      updateEntry(store, key, (entry) => ({ value: Buffer.concat([entry?.value ?? value(''), value('x')]) }));
    await Promise.all(Array.from({ length: 8 }, append));
    expect((await store.get(key))?.value.toString()).toBe('xxxxxxxx');
  });

  test('reads many keys in their order', async () => {
    const [first, missing, last] = [fresh(), fresh(), fresh()];
    await store.writeMany([
      { kind: 'set', key: last, value: value('3') },
      { kind: 'set', key: first, value: value('1') },
    ]);
    const entries = await store.getMany([first, missing, last, first]);
    const texts = entries.map((entry) => (entry instanceof StoreError ? entry.code : entry?.value.toString()));
    expect(texts).toEqual(['1', undefined, '3', '1']);
  });

  test('does independent writes each for itself', async () => {
    const [taken, free] = [fresh(), fresh()];
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
    expect(await store.ping(AbortSignal.timeout(deadline()))).toBeUndefined();
  });
});

test.each(names.filter((name) => name !== 'routed'))(
  'store %s does a transaction wholly or not at all',
  async (name) => {
    const store = getStore(generation, name);
    const [a, b] = [fresh(), fresh()];
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
    expect(await codeOf(failing)).toBe('ERR_ETAG_MISMATCH');
    expect((await store.get(a))?.value.toString()).toBe('2');
    expect(await store.get(b)).toBeUndefined();
  },
);

test('a key that is no text is refused where only text can be stored', async () => {
  expect(await codeOf(getStore(generation, 'postgresql').set('\xff', value('1')))).toBe('ERR_KEY');
});

test('Redis holds entries as Dapr lays them out, and reads strings that others wrote', async () => {
  const store = getStore(generation, 'redis');
  await store.set('laid-out', value('"x"'));
  const { Redis } = await import('ioredis');
  const client = new Redis(backends.redis.url);
  expect(await client.hgetall('laid-out')).toEqual({ data: '"x"', version: '1' });
  await client.set('plain', 'text');
  const entry = await store.get('plain');
  expect(entry?.value.toString()).toBe('text');
  await store.set('plain', value('new'), { ifMatch: entry?.etag ?? '' });
  expect(await client.hget('plain', 'data')).toBe('new');
  await client.rpush('list', 'a');
  expect(await codeOf(store.get('list'))).toBe('ERR_WRONG_TYPE');
  client.disconnect();
});

test('what is encrypted is unreadable below, and cannot be moved to another key', async () => {
  const store = getStore(generation, 'wrapped');
  await store.set('secret', value('the plain text'));
  const { Redis } = await import('ioredis');
  const client = new Redis(`${backends.redis.url}/1`);
  const sealed = await client.hgetBuffer('orders||secret', 'data');
  expect(sealed?.includes('plain')).toBe(false);
  await client.hset('orders||moved', { data: sealed ?? '', version: '1' });
  expect(await codeOf(store.get('moved'))).toBe('ERR_CORRUPT');
  client.disconnect();
});

test('a value that outgrows its rule moves to the other store and is in one only', async () => {
  const [routed, memory, postgresql] = ['routed', 'memory', 'postgresql'].map((name) => getStore(generation, name));
  await routed?.set('mover', value('small'));
  expect((await memory?.get('mover'))?.value.toString()).toBe('small');
  await routed?.set('mover', Buffer.alloc(200));
  expect(await memory?.get('mover')).toBeUndefined();
  expect((await postgresql?.get('mover'))?.value).toHaveLength(200);
});

test.each(['postgresql', 'one-connection', 'pglite'])(
  'on %s a key that it cannot hold spoils no other write',
  async (name) => {
    const store = getStore(generation, name);
    const [good, bad] = [fresh(), `${fresh()}\xff`];
    const results = await store.writeMany([good, bad].map((key) => ({ kind: 'set', key, value: value('1') })));
    expect(results).toEqual([{ etag: expect.any(String) }, expect.objectContaining({ code: 'ERR_KEY' })]);
    expect((await store.get(good))?.value).toEqual(value('1'));
  },
);

const kept = () =>
  readFileSync(join(folder, 'journal', 'rejected.jsonl'), 'utf8')
    .trim()
    .split('\n');

test('a write behind that the store refuses for good is kept for a person, and holds up no other', async () => {
  const store = getStore(generation, 'behind');
  const [good, bad] = [fresh(), fresh()];
  // The table is there once something was written.
  await store.set(fresh(), value('0'), { consistency: 'strong' });
  await query(backends.postgres.url, `ALTER TABLE behind_state ADD CHECK (key <> '${bad}')`);
  await Promise.all([bad, good].map((key) => store.set(key, value('1'))));
  await waitFor('the refused write in its file', () => kept().at(-1)?.endsWith('}') === true);
  expect(kept()).toHaveLength(1);
  expect(JSON.parse(kept()[0] ?? '')).toMatchObject({ key: bad, value: value('1').toString('base64') });
  expect((await store.get(good, { consistency: 'strong' }))?.value).toEqual(value('1'));
});
