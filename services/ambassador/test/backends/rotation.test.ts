import { mkdtempSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, startRedis, type TestServer } from '@podkit/chassis/testing/servers';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { Engine } from '../../src/routing/engine.ts';
import type { Store } from '../../src/store/store.ts';
import { ask } from '../support/mixed-endpoint.ts';
import { openEndpoint, rawClient } from '../support/redis-endpoint.ts';
import { redisCli } from '../support/redis-topologies.ts';
import { buildStores, closeAll, getStore } from '../support/stores.ts';

const folder = mkdtempSync(join(tmpdir(), 'podkit-rotation-'));
const passwordFile = join(folder, 'password');
let redis: TestServer;
let postgres: Awaited<ReturnType<typeof startPostgres>>;
let admin: Client;

beforeAll(async () => {
  [redis, postgres] = await Promise.all([startRedis(), startPostgres()]);
  admin = new Client({ connectionString: postgres.url });
  await admin.connect();
  await admin.query("CREATE ROLE app LOGIN PASSWORD 'first'; GRANT ALL ON SCHEMA public TO app");
  writeFileSync(join(postgres.data, 'pg_hba.conf'), 'host all postgres all trust\nhost all all all scram-sha-256\n');
  await admin.query('SELECT pg_reload_conf()');
});
afterAll(async () => {
  await admin.end();
  await Promise.all([redis.stop(), postgres.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

/** As a kubelet does: the new secret takes the place of the old in one step. */
function mount(secret: string): void {
  writeFileSync(`${passwordFile}.new`, `${secret}\n`);
  renameSync(`${passwordFile}.new`, passwordFile);
}

const acl = (...words: string[]) => redisCli(redis.port, 'ACL', 'SETUSER', 'app', ...words);

const stores = {
  redis: {
    yaml: () => `driver: redis, url: 'redis://127.0.0.1:${redis.port}'`,
    set: async (secret: string) => void acl('reset', 'on', '~app:*', '+@all', `>${secret}`),
    also: async (secret: string) => void acl(`>${secret}`),
    drop: async (secret: string) => void acl(`<${secret}`),
    disconnect: async () => void redisCli(redis.port, 'CLIENT', 'KILL', 'USER', 'app'),
  },
  postgresql: {
    yaml: () => `driver: postgresql, url: 'postgres://127.0.0.1:${postgres.port}/postgres'`,
    set: async (secret: string) => void (await admin.query(`ALTER ROLE app PASSWORD '${secret}'`)),
    // PostgreSQL has one password; who is in stays in.
    also: async (secret: string) => void (await admin.query(`ALTER ROLE app PASSWORD '${secret}'`)),
    drop: async () => undefined,
    disconnect: async () =>
      void (await admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'")),
  },
};

/** Writers that never pause. Each is waited for, since it has a connection of its own then. */
function load(store: Store) {
  const over = new AbortController();
  const failures: unknown[] = [];
  const keys = ['app:1', 'app:2', 'app:3'];
  const written = new Map<string, number>();
  const countWrites = (key: string) => written.get(key) ?? 0;
  const write = async (key: string) => {
    while (!over.signal.aborted) {
      await store.set(key, Buffer.from('1')).then(
        () => written.set(key, countWrites(key) + 1),
        (error: unknown) => failures.push(error),
      );
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const done = Promise.all(keys.map(write));
  return {
    failures,
    more: async () => {
      const before = new Map(written);
      await waitFor('writes', () => keys.every((key) => countWrites(key) > (before.get(key) ?? 0) + 20));
    },
    stop: async () => {
      over.abort();
      await done;
    },
  };
}

test.each(['redis', 'postgresql'] as const)(
  'a password of %s that rotates under load costs no request, and the next connection uses the new one',
  async (name) => {
    const { yaml, set, also, drop, disconnect } = stores[name];
    await set('first');
    mount('first');
    const generation = buildStores(`stores: {main: {${yaml()}, username: app, passwordFile: '${passwordFile}'}}`);
    onTestFinished(() => closeAll(generation));
    const work = load(getStore(generation, 'main'));
    await work.more();
    await also('second');
    mount('second');
    await drop('first');
    await work.more();
    expect(work.failures).toEqual([]);
    await disconnect();
    await work.more();
    await work.stop();
    for (const failure of work.failures) expect(failure).toMatchObject({ code: 'ERR_UNAVAILABLE' });
  },
);

test.each(['redis', 'postgresql'] as const)(
  'a wrong password of %s is an error that does not show it',
  async (name) => {
    const { yaml, set } = stores[name];
    await set('right');
    mount('wr0ng-s3cret');
    const generation = buildStores(`stores: {main: {${yaml()}, username: app, passwordFile: '${passwordFile}'}}`);
    onTestFinished(() => closeAll(generation));
    const store = getStore(generation, 'main');
    const error = await store.get('app:1').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'ERR_UNAVAILABLE', message: expect.stringMatching(/password/i) as string });
    expect(String(error)).not.toContain('wr0ng');
    mount('right');
    await waitFor('the right one', async () => store.set('app:1', Buffer.from('1')));
  },
);

test('the Redis endpoint uses the new password, too, and survives a file that is away', async () => {
  acl('reset', 'on', '~app:*', '+@all', '-flushall', '>first');
  mount('first');
  const generation = buildStores(
    `stores: {main: {${stores.redis.yaml()}, username: app, passwordFile: '${passwordFile}', policies: [near: {}]}}`,
  );
  onTestFinished(() => closeAll(generation));
  const client = await rawClient((await openEndpoint(new Engine(generation))).port);
  expect(await ask(client, 'RPUSH app:l 1\nRPUSH other 1')).toEqual([':1\r\n', expect.stringMatching(/^-NOPERM /)]);
  unlinkSync(passwordFile);
  await stores.redis.disconnect();
  await waitFor('an error that names the file', async () =>
    (await ask(client, 'LLEN app:l'))[0]?.includes(passwordFile),
  );
  acl('>second', '<first');
  mount('second');
  await waitFor('a response', async () => (await ask(client, 'LLEN app:l'))[0] === ':1\r\n');
});
