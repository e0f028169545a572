import { startPostgres } from '@podkit/chassis/testing/servers';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import fc from 'fast-check';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { Engine } from '../../src/routing/engine.ts';
import { ask, redisForTests } from '../support/mixed-endpoint.ts';
import { openEndpoint, rawClient, type TestEndpoint } from '../support/redis-endpoint.ts';
import { buildStores, closeAll } from '../support/stores.ts';
import { cachedTransaction, conversations, type Line } from '../support/tracking-conversations.ts';

const shared = redisForTests();
let tables = 0;
let postgres: Awaited<ReturnType<typeof startPostgres>>;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

const stores = {
  memory: () => '{driver: memory}',
  redis: () => `{driver: redis, url: '${shared.redis.url}'}`,
  'near cache': () => `{driver: redis, url: '${shared.redis.url}', policies: [{near: {}}]}`,
  prefix: () => `{driver: redis, url: '${shared.redis.url}', policies: [{keyPrefix: app}]}`,
  postgresql: () => `{driver: postgresql, url: '${postgres.url}', notify: true, tablePrefix: t${(tables += 1)}_}`,
};
const kinds = Object.keys(stores) as (keyof typeof stores)[];

async function endpointFor(store: string): Promise<TestEndpoint> {
  const generation = buildStores(`stores: {main: ${store}}`);
  onTestFinished(() => closeAll(generation));
  return openEndpoint(new Engine(generation));
}

/** What the reader and another connection get in a conversation, when each line is answered before the next. */
async function converse(port: number, lines: (ids: { other: string }) => readonly Line[]): Promise<string[]> {
  const clients = { reader: await rawClient(port), writer: await rawClient(port), other: await rawClient(port) };
  const [id = ''] = await ask(clients.other, 'CLIENT ID');
  const got: string[] = [];
  for (const [who, commands] of lines({ other: id.slice(1, -2) })) {
    // A line without commands awaits one more message.
    const answers = commands === '' ? await clients[who].replies(1) : await ask(clients[who], commands);
    if (who !== 'writer') got.push(...answers);
  }
  return got;
}

/** Numbers of connections differ. */
const withoutIds = (replies: readonly string[]) => replies.map((reply) => reply.replaceAll(/:\d+\r\n/g, ':N\r\n'));

describe.each(kinds)('with keys in a store of kind %s', (kind) => {
  test.each(conversations)('%s, as by a Redis', async (_what, lines) => {
    const endpoint = await endpointFor(stores[kind]());
    const through = await converse(endpoint.port, lines);
    await ask(shared.direct, 'FLUSHALL');
    expect(withoutIds(through).slice(1)).toEqual(withoutIds(await converse(shared.redis.port, lines)).slice(1));
  });

  test('a cache that follows the notices is never stale in the end', async () => {
    const { port } = await endpointFor(stores[kind]());
    const cached = await cachingClient(port);
    const plain = await cachingClient(port, false);
    const step = fc.tuple(
      fc.constantFrom<('read' | 'write' | 'own')[]>('read', 'read', 'write', 'own'),
      fc.constantFrom('x', 'y', 'z'),
    );
    let value = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
        for (const [what, key] of steps) {
          if (what === 'read') await cached.get(key);
          else await (what === 'own' ? cached : plain).set(key, String((value += 1)));
          const seen = await cached.get(key);
          expect(what !== 'own' || seen === String(value)).toBe(true);
        }
        for (const key of ['x', 'y', 'z']) {
          const truth = await plain.get(key);
          await waitFor(`the value of ${key}`, async () => (await cached.get(key)) === truth);
        }
      }),
      { numRuns: 20 },
    );
  });

  test("node-redis' client-side cache answers without a request, and is notified of changes", async () => {
    const { port } = await endpointFor(stores[kind]());
    const cached = await cachingClient(port);
    const plain = await cachingClient(port, false);
    await plain.set('k', '1');
    // The notice of the write itself may come after the first reply, and take it out of the cache again.
    await waitFor('a reply from the cache', async () => {
      expect(await cached.get('k')).toBe('1');
      return statistics(cached).hitCount > 0;
    });
    await plain.set('k', '2');
    await waitFor('the new value', async () => (await cached.get('k')) === '2');
  });
});

async function cachingClient(port: number, caches = true) {
  const client = createClient({
    url: `redis://127.0.0.1:${port}`,
    RESP: 3,
    ...(caches ? { clientSideCache: { ttl: 0, maxEntries: 0, evictPolicy: 'LRU', recordStats: true } } : {}),
  });
  client.on('error', () => undefined);
  await client.connect();
  onTestFinished(() => client.destroy());
  return client;
}

function statistics(client: Awaited<ReturnType<typeof cachingClient>>): { hitCount: number } {
  const cache = client.clientSideCache;
  if (cache === undefined) throw new Error('this client has no cache');
  return cache.stats();
}

test.each(['memory', 'redis', 'near cache'] as const)(
  'with %s, CLIENT CACHING YES is about a whole transaction',
  async (kind) => {
    const through = await converse((await endpointFor(stores[kind]())).port, cachedTransaction);
    await ask(shared.direct, 'FLUSHALL');
    expect(through.slice(1)).toEqual((await converse(shared.redis.port, cachedTransaction)).slice(1));
  },
);

test.each([
  'CLIENT TRACKING ON PREFIX a',
  'CLIENT TRACKING ON BCAST OPTIN',
  'CLIENT TRACKING ON OPTIN OPTOUT',
  'CLIENT TRACKING ON BCAST PREFIX a PREFIX ab',
  'CLIENT TRACKING ON BCAST PREFIX a\nCLIENT TRACKING ON BCAST PREFIX ab\nCLIENT TRACKING ON BCAST PREFIX b\nCLIENT TRACKINGINFO',
  'CLIENT TRACKING ON BCAST\nCLIENT TRACKING ON\nCLIENT TRACKINGINFO\nCLIENT TRACKING ON BCAST PREFIX a',
  'CLIENT TRACKING ON OPTIN\nCLIENT TRACKING ON OPTOUT\nCLIENT CACHING NO\nCLIENT CACHING YES\nCLIENT CACHING x',
  'CLIENT TRACKING ON REDIRECT 999999\nCLIENT TRACKING ON REDIRECT x\nCLIENT TRACKING ON REDIRECT',
  'CLIENT TRACKING\nCLIENT TRACKING x\nCLIENT TRACKING ON FOO',
  'CLIENT GETREDIR\nCLIENT TRACKINGINFO\nCLIENT CACHING YES\nCLIENT TRACKING ON\nCLIENT GETREDIR\nCLIENT TRACKINGINFO',
  'CLIENT TRACKING ON OPTOUT NOLOOP\nCLIENT CACHING NO\nCLIENT TRACKINGINFO\nCLIENT TRACKING OFF\nCLIENT TRACKINGINFO',
])('%s is answered as by a Redis', async (commands) => {
  const through = await ask(await rawClient((await endpointFor(stores.redis())).port), commands);
  expect(through).toEqual(await ask(await rawClient(shared.redis.port), commands));
});

const prefixes = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => `PREFIX p${from + index}.`).join(' ');

test('a client may have 1000 prefixes and no more', async () => {
  const client = await rawClient((await endpointFor(stores.memory())).port);
  expect(
    await ask(
      client,
      `CLIENT TRACKING ON BCAST ${prefixes(0, 1000)}\nCLIENT TRACKING ON BCAST ${prefixes(1000, 1)}\nCLIENT TRACKING ON BCAST ${prefixes(2000, 100_000)}`,
    ),
  ).toEqual(['+OK\r\n', ...Array(2).fill('-ERR a client may have 1000 prefixes\r\n')]);
});

test('where a store does not report changes, tracking is refused with the reason', async () => {
  const silent = await endpointFor(`{driver: postgresql, url: '${postgres.url}', tablePrefix: silent_}`);
  const [refusal] = await ask(await rawClient(silent.port), 'CLIENT TRACKING ON');
  expect(refusal).toBe("-ERR CLIENT TRACKING is not supported: store 'main': it does not report changes\r\n");
});

test('while a store sends no notices, one is sent at once for each key that is read', async () => {
  const redis = await rawClient((await endpointFor(stores['near cache']())).port);
  await ask(redis, 'HELLO 3\nCLIENT TRACKING ON\nSET k 1\nGET k');
  await ask(shared.direct, 'CLIENT KILL TYPE normal');
  await waitFor('the loss of the connection', async () =>
    (await redis.replies(1)).includes('>2\r\n$10\r\ninvalidate\r\n_\r\n'),
  );
});

test('a notice for another connection takes along no reply of the one that is being served', async () => {
  const generation = buildStores('stores: {main: {driver: memory}}');
  onTestFinished(() => closeAll(generation));
  const engine = new Engine(generation);
  const { port } = await openEndpoint(engine);
  const reader = await rawClient(port);
  const notified = await rawClient(port);
  const [, id = ''] = await ask(notified, 'HELLO 3\nCLIENT ID');
  await ask(reader, `CLIENT TRACKING ON REDIRECT ${id.slice(1, -2)}`);
  // From now on no change is reported, so the other connection is notified of each key that is read, at once.
  const silent = [...generation.stores].map(([name, built]) => [name, { ...built, changes: undefined }] as const);
  engine.replace({ ...generation, stores: new Map(silent) });
  expect(await ask(reader, 'PING\nGET k')).toEqual(['+PONG\r\n', '$-1\r\n']);
  const notices = ['_\r\n', '*1\r\n$1\r\nk\r\n'].map((keys) => `>2\r\n$10\r\ninvalidate\r\n${keys}`);
  expect(await notified.replies(2)).toEqual(notices);
});
