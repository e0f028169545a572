import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deadline } from '@podkit/chassis/testing/deadline';
import { startPostgres, startRedis, type TestServer } from '@podkit/chassis/testing/servers';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { StoreError } from '../../src/store/store-error.ts';
import { buildStores, closeAll, getStore } from '../support/stores.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

const folder = mkdtempSync(join(tmpdir(), 'podkit-faults-'));
let redis: TestServer;
let postgres: Awaited<ReturnType<typeof startPostgres>>;
let proxy: TcpProxy;
beforeAll(async () => {
  [redis, postgres] = await Promise.all([startRedis(), startPostgres()]);
  proxy = await startTcpProxy(postgres.port);
});
afterAll(async () => {
  await proxy.close();
  await Promise.all([redis.stop(), postgres.stop()]);
  for (const path of [folder, postgres.data]) rmSync(path, { recursive: true, force: true });
});

/** Writers that count up, each on a key of its own, and remember what was acknowledged last and what may have happened. */
function load(store: Store, keys: readonly string[]) {
  const acknowledged = new Map<string, number>();
  const attempted = new Map<string, number>();
  const stale: string[] = [];
  const stopped = new AbortController();
  let failures = 0;
  const writer = async (key: string) => {
    for (let number = 1; !stopped.signal.aborted; number += 1) {
      attempted.set(key, number);
      try {
        await store.set(key, Buffer.from(String(number)));
        acknowledged.set(key, number);
        const read = Number((await store.get(key))?.value ?? 0);
        if (read < number) stale.push(`${key}: ${read} after ${number}`);
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        failures += 1;
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  };
  const done = Promise.all(keys.map(writer));
  return {
    acknowledged,
    stale,
    failures: () => failures,
    total: () => [...acknowledged.values()].reduce((sum, number) => sum + number, 0),
    stop: async () => {
      stopped.abort();
      await done;
    },
    /** Keys whose stored value is older than what was acknowledged, or newer than what was tried. */
    lost: async (from: Store) => {
      const wrong: string[] = [];
      for (const [key, number] of acknowledged) {
        const read = Number((await from.get(key, { consistency: 'strong' }))?.value ?? 0);
        if (read < number || read > (attempted.get(key) ?? 0)) wrong.push(`${key}: ${read}, acknowledged ${number}`);
      }
      return wrong;
    },
  };
}

const keys = Array.from({ length: 8 }, (_, index) => `load-${index}`);

test('after PostgreSQL was killed and started again under load nothing is lost or stale, without a restart of the ambassador', async () => {
  const generation = buildStores(
    `stores: {db: {driver: postgresql, url: '${postgres.url}', policies: [near: {}, retry: {}]}}`,
  );
  const store = getStore(generation, 'db');
  await store.ping();
  const work = load(store, keys);
  await waitFor('writes', () => work.total() > 50);
  await postgres.stop('SIGKILL');
  await waitFor('failures', () => work.failures() > 10);
  postgres = await startPostgres({ port: postgres.port, data: postgres.data });
  const before = work.total();
  await waitFor('writes again', () => work.total() > before + 50);
  await work.stop();
  expect({ stale: work.stale, lost: await work.lost(store) }).toEqual({ stale: [], lost: [] });
  await closeAll(generation);
});

test('a network that is cut and slowed leads to errors, never to a wrong value', async () => {
  const url = `postgres://postgres@127.0.0.1:${proxy.port}/postgres`;
  const generation = buildStores(
    `stores: {db: {driver: postgresql, url: '${url}', tablePrefix: cut_, commandTimeout: ${deadline(300)}ms, policies: [near: {}]}}`,
  );
  const store = getStore(generation, 'db');
  const work = load(store, keys);
  await waitFor('writes', () => work.total() > 20);
  for (let round = 0; round < 3; round += 1) {
    const failed = work.failures();
    proxy.cut();
    await waitFor('failures', () => work.failures() > failed);
    proxy.heal();
    proxy.slow(round * 10);
    const before = work.total();
    await waitFor('writes again', () => work.total() > before + 20);
  }
  proxy.slow(0);
  await work.stop();
  expect({ stale: work.stale, lost: await work.lost(store) }).toEqual({ stale: [], lost: [] });
  await closeAll(generation);
});

test('Redis killed and started again is found again, and the near cache serves nothing from before', async () => {
  const generation = buildStores(
    `stores: {cache: {driver: redis, url: '${redis.url}', policies: [near: {ttl: 1h, negativeTtl: '0'}]}}`,
  );
  const store = getStore(generation, 'cache');
  await waitFor('the near cache', async () => {
    await store.set('k', Buffer.from('1'));
    await store.get('k');
    return store.peek?.('k');
  });
  await redis.stop('SIGKILL');
  await waitFor('an error', async () =>
    store.get('other').then(
      () => false,
      () => true,
    ),
  );
  redis = await startRedis({ port: redis.port });
  await waitFor('a response', async () => store.set('again', Buffer.from('1')));
  expect(await store.get('k', { consistency: 'strong' })).toBeUndefined();
  await waitFor('the near cache to know', async () => (await store.get('k')) === undefined);
  await closeAll(generation);
});

test('write-behind acknowledges while the database is away, and a new process sends what an old one left', async () => {
  const journal = join(folder, 'journal');
  const yaml = `stores: {db: {driver: postgresql, url: 'postgres://postgres@127.0.0.1:${proxy.port}/postgres', tablePrefix: wb_, connectTimeout: 300ms, policies: [writeBehind: {journal: '${journal}'}]}}`;
  proxy.cut();
  const first = buildStores(yaml);
  const store = getStore(first, 'db');
  for (let number = 1; number <= 50; number += 1) await store.set(`wb-${number % 10}`, Buffer.from(String(number)));
  expect((await store.get('wb-9'))?.value.toString()).toBe('49');
  // As a kill -9 would: the first is never closed, and a second life reads what the disk holds.
  const second = buildStores(yaml);
  proxy.heal();
  const plain = buildStores(`stores: {db: {driver: postgresql, url: '${postgres.url}', tablePrefix: wb_}}`);
  for (let key = 0; key < 10; key += 1) {
    const wanted = String(40 + (key === 0 ? 10 : key));
    await waitFor(`wb-${key}`, async () => (await getStore(plain, 'db').get(`wb-${key}`))?.value.toString() === wanted);
  }
  await Promise.all([closeAll(first), closeAll(second), closeAll(plain)]);
});

test('a full disk refuses the write instead of losing it, and the next one that has room is kept', async () => {
  const journal = join(folder, 'full');
  mkdirSync(journal);
  symlinkSync('/dev/null', join(journal, '00000001.log'));
  const yaml = `stores: {db: {driver: memory, policies: [writeBehind: {journal: '${journal}'}]}}`;
  const generation = buildStores(yaml);
  const store = getStore(generation, 'db');
  await store.get('a');
  // The next segments: writing to /dev/full fails as on a full disk, with ENOSPC.
  for (const number of [2, 3]) symlinkSync('/dev/full', join(journal, `0000000${number}.log`));
  const error = await store.set('a', Buffer.from('1')).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'ERR_UNAVAILABLE', outcome: 'not-applied' });
  expect(await store.get('a')).toBeUndefined();
  await store.set('a', Buffer.from('2'));
  expect((await store.get('a'))?.value.toString()).toBe('2');
  expect(readdirSync(journal)).toContain('00000004.log');
  await closeAll(generation);
});
