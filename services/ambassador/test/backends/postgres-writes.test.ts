import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deadline } from '@podkit/chassis/testing/deadline';
import { startPostgres } from '@podkit/chassis/testing/servers';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { buildStores, closeAll, getStore } from '../support/stores.ts';

let postgres: Awaited<ReturnType<typeof startPostgres>>;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

/** The stores of a YAML text, with `$url` in it, closed at the end. */
function opened(yaml: string) {
  const generation = buildStores(yaml.replaceAll('$url', postgres.url));
  onTestFinished(() => closeAll(generation));
  return (name: string) => getStore(generation, name);
}

test('what PostgreSQL could never store is refused before it is acknowledged, and the rest arrives', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'podkit-journal-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const stores = opened(`
stores:
  table: {driver: postgresql, url: '$url'}
  rest: {driver: memory}
  main:
    driver: route
    rules: [{store: rest, minSize: 1Ki}, {store: table}]
    policies: [{near: {}}, {keyPrefix: appid}, {writeBehind: {journal: '${folder}'}}]
`);
  const store = stores('main');
  const value = Buffer.from('v');
  for (const key of ['nul\0', 'not utf-8 \xff'])
    for (const write of [store.set(key, value), store.delete(key)])
      await expect(write).rejects.toMatchObject({ code: 'ERR_KEY', outcome: 'not-applied' });
  await expect(store.set('long'.repeat(700), value)).rejects.toMatchObject({ code: 'ERR_TOO_LARGE' });
  const longest = Array.from({ length: 2590 }, () => String.fromCharCode(33 + Math.random() * 90)).join('');
  const keys = ['plain', longest];
  expect(await store.writeMany([...keys, 'bad\0'].map((key) => ({ kind: 'set', key, value })))).toMatchObject([
    { etag: expect.any(String) as string },
    { etag: expect.any(String) as string },
    { code: 'ERR_KEY' },
  ]);
  const arrived = async () => (await stores('table').list({ limit: 10 })).keys.length === keys.length;
  await waitFor('the writes to arrive', arrived);
  expect(existsSync(join(folder, 'rejected.jsonl'))).toBe(false);
});

const limited = `stores: {main: {driver: postgresql, url: '$url', commandTimeout: ${deadline(200)}ms}}`;

/** A session of somebody else. */
async function otherSession() {
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

/** The server processes of the stores under test. */
async function backends(session: Client): Promise<number[]> {
  const text = "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'podkit-ambassador-%'";
  return (await session.query<{ pid: number }>(text)).rows.map(({ pid }) => pid);
}

test('a write that timed out behind the lock of another session surely did not happen, and never will', async () => {
  const store = opened(limited)('main');
  const etag = await store.set('locked', Buffer.from('old'));
  const other = await otherSession();
  await other.query("BEGIN; SELECT * FROM state WHERE key = 'locked' FOR UPDATE");
  const write = { kind: 'set', key: 'locked', value: Buffer.from('late') } as const;
  const late = { code: 'ERR_TIMEOUT', outcome: 'not-applied' };
  await expect(store.set('locked', write.value, { ifMatch: etag })).rejects.toMatchObject(late);
  await expect(store.delete('locked')).rejects.toMatchObject(late);
  await expect(store.transact([{ ...write, key: 'free' }, write])).rejects.toMatchObject(late);
  await other.query('COMMIT');
  expect((await store.get('locked'))?.value.toString()).toBe('old');
  expect(await store.get('free')).toBeUndefined();
});

test('nothing newer is written while a write of which the server says nothing may still happen', async () => {
  const store = opened(limited)('main');
  await store.set('stalled', Buffer.from('old'));
  const other = await otherSession();
  await waitFor('its only server process', async () => (await backends(other)).length === 1);
  const [stalled = 0] = await backends(other);
  process.kill(stalled, 'SIGSTOP');
  const go = () => process.kill(stalled, 'SIGCONT');
  onTestFinished(async () => {
    if ((await backends(other)).includes(stalled)) go();
  });
  const late = store.set('stalled', Buffer.from('late'));
  await expect(late).rejects.toMatchObject({ code: 'ERR_TIMEOUT', outcome: 'unknown' });
  const newer = () => store.set('stalled', Buffer.from('new'));
  await expect(newer()).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE', outcome: 'not-applied' });
  go();
  await waitFor('a newer write', async () => (await newer()) !== '');
  expect(await backends(other)).not.toContain(stalled);
  expect((await store.get('stalled'))?.value.toString()).toBe('new');
});
