import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@podkit/chassis/testing/free-port';
import { spawnService } from '@podkit/chassis/testing/spawn-service';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { afterAll, beforeAll } from 'vitest';
import type { Generation } from '../../src/routing/engine.ts';
import type { Key, Store } from '../../src/store/store.ts';
import { StoreError } from '../../src/store/store-error.ts';
import { buildStores, closeAll, getStore, startBackends } from './stores.ts';

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

/** A store of every kind, over real servers, for the tests of a file. */
export function storesForTests() {
  const folder = mkdtempSync(join(tmpdir(), 'podkit-contract-'));
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
  return {
    folder,
    redisUrl: () => backends.redis.url,
    postgresUrl: () => backends.postgres.url,
    get: (name: string): Store => getStore(generation, name),
  };
}

export const storeNames = [
  'memory',
  'redis',
  'postgresql',
  'one-connection',
  'pglite',
  'wrapped',
  'near',
  'behind',
  'routed',
];
let count = 0;
/** A key that no other test uses. */
export const fresh = (): Key => {
  count += 1;
  return `key-${count}`;
};
/** The code of the error that a promise rejects with. */
export const errorCode = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise;
  } catch (error) {
    if (error instanceof StoreError) return error.code;
    throw error;
  }
  return 'no error';
};
export const value = (text: string) => Buffer.from(text);
