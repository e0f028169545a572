import { startPostgres } from '@podkit/chassis/testing/servers';
import fc from 'fast-check';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { afterPrefix, Statements } from '../../src/backends/postgres/statements.ts';
import type { Generation } from '../../src/routing/engine.ts';
import { keyToText, textToKey } from '../../src/store/key.ts';
import type { Store, StoreQuery } from '../../src/store/store.ts';
import { StoreError } from '../../src/store/store-error.ts';
import { buildStores, closeAll, getStore } from '../support/stores.ts';

let postgres: Awaited<ReturnType<typeof startPostgres>>;
let generation: Generation;

beforeAll(async () => {
  postgres = await startPostgres();
  generation = buildStores(`
stores:
  memory: {driver: memory}
  postgresql: {driver: postgresql, url: '${postgres.url}'}
`);
});

afterAll(async () => {
  await closeAll(generation);
  await postgres.stop();
});

describe.each(['memory', 'postgresql'])('a query on %s', (name) => {
  let store: Store;
  const keysOf = async (query: StoreQuery): Promise<string[]> => {
    const page = await store.query?.(query);
    return page?.entries.map(({ key }) => keyToText(key) ?? '') ?? [];
  };
  const allKeys = async () => (await store.list({ limit: 1000 })).keys;

  beforeEach(async () => {
    store = getStore(generation, name);
    for (const key of await allKeys()) await store.delete(key);
  });

  test('finds every entry once, although each page is deleted before the next is asked for', async () => {
    const keys = Array.from({ length: 10 }, (_, index) => `item-${index}`);
    for (const key of keys) await store.set(key, Buffer.from(JSON.stringify({ rank: Number(key.slice(-1)) % 3 })));
    const seen: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const sort = [
        { path: ['rank'], descending: true },
        { path: ['none'], descending: false },
      ];
      const page = await store.query?.({ sort, limit: 3, ...(cursor === undefined ? {} : { cursor }) });
      for (const { key } of page?.entries ?? []) {
        seen.push(key);
        await store.delete(key);
      }
      cursor = page?.cursor;
      if (cursor === undefined) break;
    }
    expect(seen).toEqual([2, 5, 8, 1, 4, 7, 0, 3, 6, 9].map((index) => `item-${index}`));
  });

  test.each([
    ['a NUL in a text', '{"t":1,"x":"\\u0000"}'],
    ['half a surrogate pair', '{"t":1,"x":"\\ud800"}'],
    ['a number beyond every range', '{"t":1,"x":1e999999}'],
    ['ten thousand arrays in one another', `{"t":1,"x":${'['.repeat(10_000)}${']'.repeat(10_000)}}`],
  ])('finds JSON with %s, with its own bytes', async (_what, text) => {
    await store.set('odd', Buffer.from(text));
    await store.set('other', Buffer.from('{"t":2,"x":"\\u0000"}'));
    await store.set('binary', Buffer.from([0xff, 0]));
    const page = await store.query?.({ filter: { op: 'EQ', path: ['t'], value: 1 }, sort: [] });
    expect(page?.entries.map(({ key, value }) => [key, value.toString()])).toEqual([['odd', text]]);
  });

  test('goes on behind a page that ended among odd values', async () => {
    for (const key of ['a', 'b', 'c', 'd']) await store.set(key, Buffer.from('{"x":"\\u0000"}'));
    const first = await store.query?.({ sort: [], limit: 2 });
    expect(await keysOf({ sort: [], limit: 5, cursor: first?.cursor ?? '' })).toEqual(['c', 'd']);
  });

  test('sorts the types and what is missing alike', async () => {
    const values = ['{}', '{"s":null}', '{"s":"a"}', '{"s":2}', '{"s":false}', '{"s":[]}', '{"s":{}}'];
    for (const [index, text] of values.entries()) await store.set(`k${index}`, Buffer.from(text));
    const sort = [{ path: ['s'], descending: false }];
    // An empty array is before all else in PostgreSQL: https://www.postgresql.org/docs/current/datatype-json.html
    expect((await keysOf({ sort })).filter((key) => key !== 'k5')).toEqual(['k0', 'k1', 'k2', 'k3', 'k4', 'k6']);
  });

  test('finds what is in a list of any length', async () => {
    for (const text of ['{"n":69999}', '{"n":70000}', '{"n":"69999"}', '{"n":null}', '{}'])
      await store.set(text, Buffer.from(text));
    const values = [...Array(70_000).keys(), null];
    expect(await keysOf({ filter: { op: 'IN', path: ['n'], values }, sort: [] })).toEqual([
      '{"n":69999}',
      '{"n":null}',
    ]);
    expect(await keysOf({ filter: { op: 'IN', path: ['n'], values: [] }, sort: [] })).toEqual([]);
  });

  test.each(['5', 'x', Buffer.from('[false,"k","1"]').toString('base64url'), Buffer.from('{}').toString('base64url')])(
    'refuses the cursor %s, which it did not give',
    async (cursor) => {
      await expect(store.query?.({ sort: [], cursor })).rejects.toSatisfy(
        (error) => error instanceof StoreError && error.code === 'ERR_CURSOR',
      );
    },
  );
});

test('a query of more conditions than a statement takes is refused on PostgreSQL, and the next one is answered', async () => {
  const store = getStore(generation, 'postgresql');
  const filters = Array.from({ length: 40_000 }, (_, value) => ({ op: 'EQ' as const, path: ['n'], value }));
  await expect(store.query?.({ filter: { op: 'OR', filters }, sort: [] })).rejects.toThrow(
    'the query has too many conditions',
  );
  expect((await store.query?.({ sort: [], limit: 1 }))?.entries.length).toBeLessThanOrEqual(1);
});

const bytes = (text: string) => Buffer.from(text);

test('the end of a prefix is behind every text that begins with it, and not behind the next', () => {
  const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 4 }).filter((word) => word.isWellFormed());
  fc.assert(
    fc.property(text, text, (prefix, other) => {
      const end = afterPrefix(prefix);
      if (end === undefined) return /^\u{10ffff}+$/u.test(prefix);
      const inRange = bytes(other).compare(bytes(prefix)) >= 0 && bytes(other).compare(bytes(end)) < 0;
      return inRange === other.startsWith(prefix) && bytes(prefix + other).compare(bytes(end)) < 0;
    }),
  );
});

test('a listing by prefix reads the index over the bytes of the keys', async () => {
  const store = getStore(generation, 'postgresql');
  for (const key of ['käse-1', 'käse-2', 'kase-3']) await store.set(textToKey(key), Buffer.from('1'));
  expect((await store.list({ prefix: textToKey('käse'), limit: 10 })).keys.map(keyToText)).toEqual([
    'käse-1',
    'käse-2',
  ]);
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  const { text, values } = new Statements('state').list('käse', 'käse-1', 10);
  await client.query('SET enable_seqscan = off; SET enable_bitmapscan = off');
  const { rows } = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, values);
  await client.end();
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(plan).toMatch(/Index (Only )?Scan using state_key_bytes[^]*Index Cond/);
});
