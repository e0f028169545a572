import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@podkit/chassis/testing/servers';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { closeAll, storeOf, storesOf } from '../stores.ts';

let postgres: Awaited<ReturnType<typeof startPostgres>>;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

/** The stores of a YAML text, with `$url` in it, closed at the end. */
function opened(yaml: string) {
  const generation = storesOf(yaml.replaceAll('$url', postgres.url));
  onTestFinished(() => closeAll(generation));
  return (name: string) => storeOf(generation, name);
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
