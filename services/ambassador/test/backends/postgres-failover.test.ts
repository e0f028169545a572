import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@podkit/chassis/testing/servers';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { PostgresPool } from '../../src/backends/postgres/pool.ts';
import type { Store } from '../../src/store/store.ts';
import { StoreError } from '../../src/store/store-error.ts';
import { follow, type Server } from '../support/postgres-follower.ts';
import { query } from '../support/postgres-query.ts';
import { buildStores, closeAll, getStore } from '../support/stores.ts';

let primary: Server;
let standby: Server;
let copy: string;
beforeAll(async () => {
  primary = await startPostgres();
  copy = mkdtempSync(join(tmpdir(), 'podkit-standby-'));
  standby = await follow(primary, copy);
});
afterAll(async () => {
  await Promise.all([standby.stop('SIGKILL'), primary.stop()]);
  rmSync(copy, { recursive: true, force: true });
});

function opened(url: string, migrate = true): Store {
  const generation = buildStores(`stores: {main: {driver: postgresql, url: '${url}', migrate: ${migrate}}}`);
  onTestFinished(() => closeAll(generation));
  return getStore(generation, 'main');
}

/** A primary that was demoted refuses every write, also of sessions that are open. */
async function setReadOnly(server: Server, how: 'on' | 'off'): Promise<void> {
  // Set back by a session that must be allowed to write.
  await query(server.url, `SET default_transaction_read_only = off`);
  await query(server.url, `ALTER SYSTEM SET default_transaction_read_only = ${how}`);
  await query(server.url, 'SELECT pg_reload_conf()');
}

const text = (value: string) => Buffer.from(value);
const unavailable = (error: unknown) => error instanceof StoreError && error.code === 'ERR_UNAVAILABLE';

test('a server that takes no writes is not ready, and its connections are dropped, so that writes work again with it', async () => {
  const store = opened(primary.url);
  await store.set('k', text('1'));
  await setReadOnly(primary, 'on');
  await expect(store.ping()).rejects.toSatisfy(unavailable);
  await expect(store.set('k', text('2'))).rejects.toSatisfy(unavailable);
  await setReadOnly(primary, 'off');
  await store.ping();
  await store.set('k', text('3'));
  expect((await store.get('k'))?.value).toEqual(text('3'));
});

test('a server that takes no writes is used where the URL allows it', async () => {
  await opened(primary.url).set('k', text('1'));
  await opened(`${standby.url}?target_session_attrs=any`, false).ping();
  await expect(opened(standby.url, false).ping()).rejects.toSatisfy(unavailable);
});

test("the settings of a transaction are the transaction's own, so that a pooler may lie between", async () => {
  const pool = new PostgresPool({
    addresses: [{ host: '127.0.0.1', port: primary.port }],
    source: (address) => () => ({ ...address, database: 'postgres', user: 'postgres' }),
    allowReadOnly: false,
    max: 1,
    connectTimeout: 60_000,
    commandTimeout: 60_000,
  });
  onTestFinished(() => pool.close());
  const names = ['lock_timeout', 'idle_in_transaction_session_timeout'];
  const shown = `SELECT ${names.map((name) => `current_setting('${name}') AS ${name}`).join(', ')}`;
  const within = await pool.transaction(async (session) => (await session(shown))[0]);
  expect(within).toEqual({ lock_timeout: '1min', idle_in_transaction_session_timeout: '121s' });
  expect((await pool.query(shown))[0]).toEqual({ lock_timeout: '0', idle_in_transaction_session_timeout: '0' });
});

test('of several servers the one that takes writes is used; after a promotion the other one, without a failed write', async () => {
  const store = opened(`postgres://postgres@127.0.0.1:${standby.port},127.0.0.1:${primary.port}/postgres`);
  await store.set('moved', text('1'));
  expect(await query(primary.url, "SELECT key FROM state WHERE key = 'moved'")).toHaveLength(1);
  await setReadOnly(primary, 'on');
  await query(standby.url, 'SELECT pg_promote()');
  await Promise.all(Array.from({ length: 20 }, (_, index) => store.set(`moved-${index}`, text('2'))));
  await store.ping();
  const rows = await query(standby.url, "SELECT key FROM state WHERE key LIKE 'moved-%'");
  expect(rows).toHaveLength(20);
});
