import { startPostgres } from '@podkit/chassis/testing/servers';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { query } from '../support/postgres-query.ts';
import { buildStores, closeAll, getStore } from '../support/stores.ts';

let postgres: Awaited<ReturnType<typeof startPostgres>>;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

function opened(policies: string): Store {
  const generation = buildStores(
    `stores: {main: {driver: postgresql, url: '${postgres.url}', notify: true, policies: [${policies}]}}`,
  );
  onTestFinished(() => closeAll(generation));
  return getStore(generation, 'main');
}

const text = (value: string) => Buffer.from(value);
const near = 'near: {ttl: 1h, staleWhileRevalidate: 0s}';

/** Read until the value comes from the near cache: nothing is kept before changes are heard. */
const cached = (store: Store, key: string) =>
  waitFor('the near cache to keep it', async () => {
    await store.get(key);
    return store.peek?.(key) !== undefined;
  });

test.each([
  ['a key', `{${near}}`, 'k'],
  ['a key with a prefix', `{${near}}, {keyPrefix: app}`, 'app||k'],
])(
  'a near cache is notified of %s that another process writes, deletes or truncates',
  async (_what, policies, stored) => {
    const reader = opened(policies);
    const writer = opened('');
    await writer.set(stored, text('1'));
    await cached(reader, 'k');
    await writer.set(stored, text('2'));
    await waitFor('the new value', async () => (await reader.get('k'))?.value.toString() === '2');
    await cached(reader, 'k');
    await writer.delete(stored);
    await waitFor('the absence', async () => (await reader.get('k')) === undefined);
    await writer.set(stored, text('3'));
    await cached(reader, 'k');
    await query(postgres.url, 'TRUNCATE state');
    await waitFor('the empty table', async () => (await reader.get('k')) === undefined);
  },
);

test('a near cache keeps nothing while its connection is lost, and is notified again when it is back', async () => {
  const reader = opened(`{${near}}`);
  const writer = opened('');
  await writer.set('lost', text('1'));
  await cached(reader, 'lost');
  await query(postgres.url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'");
  await writer.set('lost', text('2'));
  await waitFor('the new value', async () => (await reader.get('lost'))?.value.toString() === '2');
  await cached(reader, 'lost');
  await writer.set('lost', text('3'));
  await waitFor('the newest value', async () => (await reader.get('lost'))?.value.toString() === '3');
  expect((await reader.get('lost', { consistency: 'strong' }))?.value).toEqual(text('3'));
});
