import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deadline } from '@podkit/chassis/testing/deadline';
import { startPostgres } from '@podkit/chassis/testing/servers';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { conninfo, follow, type Server } from '../support/postgres-follower.ts';
import { query } from '../support/postgres-query.ts';
import { buildStores, closeAll, getStore } from '../support/stores.ts';

let primary: Server;
let replica: Server;
let copy: string;
beforeAll(async () => {
  primary = await startPostgres();
  copy = mkdtempSync(join(tmpdir(), 'podkit-replica-'));
  replica = await follow(primary, copy);
});
afterAll(async () => {
  await Promise.all([replica.stop('SIGKILL'), primary.stop()]);
  rmSync(copy, { recursive: true, force: true });
});

const yaml = (lag: string) =>
  `stores: {main: {driver: postgresql, url: '${primary.url}', replicas: ['${replica.url}'], replicaLag: ${lag}}}`;

function opened(lag: string) {
  const generation = buildStores(yaml(lag));
  onTestFinished(() => closeAll(generation));
  return getStore(generation, 'main');
}

async function listenTo(whom: string): Promise<void> {
  await query(replica.url, `ALTER SYSTEM SET primary_conninfo = '${whom}'`);
  await query(replica.url, 'SELECT pg_reload_conf()');
}

const receivers = () => query(replica.url, 'SELECT pid FROM pg_stat_wal_receiver');

/** Nothing new comes to the replica until the test has finished. */
async function cutOff(): Promise<void> {
  await listenTo('');
  onTestFinished(() => listenTo(conninfo(primary)));
  await waitFor('the replica to hear nothing', async () => (await receivers()).length === 0);
}

/** Until a key has come to the replica. */
const replicated = (key: string) =>
  waitFor(
    `${key} on the replica`,
    async () => (await query(replica.url, `SELECT 1 FROM state WHERE key = '${key}'`)).length > 0,
  );

const text = (value: string) => Buffer.from(value);

test('reads go to the replica, those of keys just written and strong ones to the primary', async () => {
  const writer = opened('1h');
  const reader = opened('1h');
  await writer.set('k', text('old'));
  await replicated('k');
  await cutOff();
  await writer.set('k', text('new'));
  expect((await writer.get('k'))?.value).toEqual(text('new'));
  expect((await writer.getMany(['k']))[0]).toMatchObject({ value: text('new') });
  expect((await reader.get('k'))?.value).toEqual(text('old'));
  expect((await reader.get('k', { consistency: 'strong' }))?.value).toEqual(text('new'));
});

test('every kind of write is read where it was written, and after the lag the replica is asked again', async () => {
  const store = opened(`${deadline(300)}ms`);
  await store.set('n', text('1'));
  await replicated('n');
  await cutOff();
  expect(await store.increment('n', 41n)).toBe(42n);
  expect((await store.get('n'))?.value).toEqual(text('42'));
  await store.transact([{ kind: 'set', key: 'n', value: text('43') }]);
  expect((await store.get('n'))?.value).toEqual(text('43'));
  await store.writeMany([{ kind: 'delete', key: 'n' }]);
  expect(await store.get('n')).toBeUndefined();
  await waitFor('the replica to be asked', async () => (await store.get('n'))?.value.toString() === '1');
});

test('a read of a dead replica is answered by the primary', async () => {
  const store = opened('0');
  await store.set('alive', text('1'));
  await replica.stop('SIGKILL');
  expect((await store.get('alive'))?.value).toEqual(text('1'));
  replica = await startPostgres({ port: replica.port, data: copy });
  await waitFor('the replica', async () => (await query(replica.url, 'SELECT 1')).length > 0);
});
