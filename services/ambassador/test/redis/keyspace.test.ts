import { startPostgres } from '@podkit/chassis/testing/servers';
import { expect, onTestFinished, test } from 'vitest';
import { MemoryStore } from '../../src/backends/memory/memory-store.ts';
import { Engine } from '../../src/routing/engine.ts';
import { intercept } from '../../src/store/intercept.ts';
import type { Store } from '../../src/store/store.ts';
import { memoryRoute, prefixEngine, redisRoute } from '../support/engine.ts';
import { ask, redisForTests } from '../support/mixed-endpoint.ts';
import { openEndpoint, rawClient } from '../support/redis-endpoint.ts';
import { buildStores, closeAll, getStore } from '../support/stores.ts';

const shared = redisForTests();

/** A store that notes what it is asked and how many keys each reply has. */
function noted(inner: Store) {
  const asked: string[] = [];
  const store = intercept(inner, async ({ name }, run) => {
    const reply = await run();
    asked.push(name === 'list' ? `list ${(reply as { keys: unknown[] }).keys.length}` : name);
    return reply;
  });
  return { store, asked };
}

const fill = (store: Store, prefix: string, count: number) =>
  store.writeMany(
    Array.from({ length: count }, (_, index) => ({ kind: 'set', key: `${prefix}${index}`, value: Buffer.from('1') })),
  );

const only = async (store: Store) =>
  rawClient(
    (await openEndpoint(new Engine({ stores: new Map([['s', { store, raw: undefined }]]), redisStore: 's' }))).port,
  );

test('DBSIZE over several stores counts a page of keys at a time', async () => {
  const memory = noted(memoryRoute().store);
  await fill(memory.store, 'mem:', 2500);
  await fill(memory.store, 'elsewhere:', 10);
  const client = await rawClient(
    (
      await openEndpoint(
        prefixEngine([
          ['mem:', { store: memory.store, raw: undefined }],
          ['', redisRoute(shared.redis.port, memory.store)],
        ]),
      )
    ).port,
  );
  await ask(shared.direct, Array.from({ length: 1500 }, (_, index) => `SET key-${index} 1`).join('\n'));
  expect(await ask(client, 'SET mem:0 2\nDBSIZE')).toEqual(['+OK\r\n', ':4000\r\n']);
  expect(memory.asked.slice(2)).toEqual(['set', 'list 1000', 'list 1000', 'list 510']);
});

test('DBSIZE of one PostgreSQL is one count there, of keys that have not expired, with the prefix of the store', async () => {
  const postgres = await startPostgres();
  onTestFinished(() => postgres.stop());
  const generation = buildStores(`
stores:
  all: {driver: postgresql, url: '${postgres.url}'}
  mine: {driver: postgresql, url: '${postgres.url}', policies: [{keyPrefix: appid}]}
`);
  onTestFinished(() => closeAll(generation));
  const all = noted(getStore(generation, 'all'));
  const mine = noted(getStore(generation, 'mine'));
  await fill(all.store, 'k', 2500);
  await fill(mine.store, 'k', 3);
  await all.store.touch('k0', Date.now() - 1000);
  expect(await ask(await only(all.store), 'DBSIZE')).toEqual([':2502\r\n']);
  expect(await ask(await only(mine.store), 'DBSIZE')).toEqual([':3\r\n']);
  expect([...all.asked, ...mine.asked]).toEqual(['writeMany', 'touch', 'count', 'writeMany', 'count']);
});

test('DBSIZE of a Redis behind policies is its own, and without a count of its own it is counted', async () => {
  const generation = buildStores(`
stores:
  all: {driver: redis, url: '${shared.redis.url}', policies: [{compression: {}}]}
  mine: {driver: redis, url: '${shared.redis.url}', policies: [{keyPrefix: appid}, {compression: {}}]}
`);
  onTestFinished(() => closeAll(generation));
  const all = noted(getStore(generation, 'all'));
  const mine = noted(getStore(generation, 'mine'));
  await ask(shared.direct, 'SET a 1\nRPUSH l 1\nSET orders||b 1');
  expect(await ask(await only(all.store), 'DBSIZE')).toEqual([':3\r\n']);
  expect(await ask(await only(mine.store), 'DBSIZE')).toEqual([':1\r\n']);
  expect([all.asked, mine.asked]).toEqual([['count'], ['count', 'list 1']]);
});

test('KEYS of more keys than one reply may hold is an error, and a page of SCAN has 10,000 at most', async () => {
  const store = new MemoryStore({ name: 'memory', maxBytes: 256 * 1024 * 1024 });
  onTestFinished(() => store.close());
  await fill(store, 'k'.repeat(1024 * 1024), 65);
  const client = await only(store);
  const refused = '-ERR more keys match than the 100000 or 64 MiB of one reply; use SCAN\r\n';
  expect(await ask(client, 'KEYS *\nFLUSHALL')).toEqual([refused, '+OK\r\n']);
  await fill(store, 'k', 10_001);
  const [page] = await ask(client, 'SCAN 0 COUNT 1000000');
  expect(page).toContain('*10000\r\n');
});

test('keys whose store the values decide, and keys that no rule takes, are counted as they are read', async () => {
  const generation = buildStores(`
stores:
  main: {driver: route, rules: [{prefix: 'by-size:', minSize: '10', store: large}, {prefix: 'by-', store: small}]}
  large: {driver: memory}
  small: {driver: memory}
`);
  onTestFinished(() => closeAll(generation));
  await getStore(generation, 'small').set('nowhere', Buffer.from('1'));
  const client = await rawClient((await openEndpoint(new Engine(generation))).port);
  const replies = await ask(
    client,
    'MSET by-size:1 1 by-size:2 0123456789 by-name 1\nDBSIZE\nKEYS by-size:*\nFLUSHALL\nDBSIZE',
  );
  expect(replies.slice(1)).toEqual([':3\r\n', '*2\r\n$9\r\nby-size:2\r\n$9\r\nby-size:1\r\n', '+OK\r\n', ':0\r\n']);
});
