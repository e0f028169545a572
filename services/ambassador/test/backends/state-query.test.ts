import fc from 'fast-check';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { queryEntries } from '../../src/backends/memory/memory-query.ts';
import { MemoryStore } from '../../src/backends/memory/memory-store.ts';
import { queryPage } from '../../src/backends/postgres/query-page.ts';
import { afterPrefix, Statements } from '../../src/backends/postgres/statements.ts';
import { keyToText, textToKey } from '../../src/store/key.ts';
import type { Store, StoreQuery } from '../../src/store/store.ts';
import { StoreError } from '../../src/store/store-error.ts';
import { getStore, startQueryStores } from '../support/stores.ts';

/** A query for all entries on one page. */
const all = { sort: [], limit: 1000, maxBytes: 1_000_000_000 };

let stores: Awaited<ReturnType<typeof startQueryStores>>;

beforeAll(async () => {
  stores = await startQueryStores();
});
afterAll(() => stores.stop());

describe.each(['memory', 'postgresql'])('a query on %s', (name) => {
  let store: Store;
  const findKeys = async (query: Partial<StoreQuery>): Promise<string[]> => {
    const page = await store.query({ ...all, ...query });
    return page.entries.map(({ key }) => keyToText(key) ?? '');
  };
  const allKeys = async () => (await store.list({ limit: 1000 })).keys;

  beforeEach(async () => {
    store = getStore(stores.generation, name);
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
      const page = await store.query({ ...all, sort, limit: 3, cursor });
      for (const { key } of page.entries) {
        seen.push(key);
        await store.delete(key);
      }
      cursor = page.cursor;
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
    const page = await store.query({ ...all, filter: { op: 'EQ', path: ['t'], value: 1 } });
    expect(page.entries.map(({ key, value }) => [key, value.toString()])).toEqual([['odd', text]]);
  });

  test('goes on behind a page that ended among odd values', async () => {
    for (const key of ['a', 'b', 'c', 'd']) await store.set(key, Buffer.from('{"x":"\\u0000"}'));
    const first = await store.query({ ...all, limit: 2 });
    expect(await findKeys({ cursor: first.cursor })).toEqual(['c', 'd']);
  });

  test('ends a page with the value that makes it reach the bytes asked for, among values of every kind', async () => {
    const odd = '{"x":"\\u0000"}'.padEnd(100);
    for (const [index, key] of 'abcdefgh'.split('').entries())
      await store.set(key, Buffer.from(index < 4 ? '{"x":1}'.padEnd(100) : odd));
    const pages: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await store.query({ ...all, maxBytes: 250, cursor });
      pages.push(page.entries.map(({ key }) => key).join(''));
      cursor = page.cursor;
      if (cursor === undefined) break;
    }
    expect(pages.filter(Boolean)).toEqual(['abc', 'def', 'gh']);
  });

  test('sorts the types and what is missing alike', async () => {
    const values = ['{}', '{"s":null}', '{"s":"a"}', '{"s":2}', '{"s":false}', '{"s":[]}', '{"s":{}}'];
    for (const [index, text] of values.entries()) await store.set(`k${index}`, Buffer.from(text));
    const sort = [{ path: ['s'], descending: false }];
    // An empty array is before all else in PostgreSQL: https://www.postgresql.org/docs/current/datatype-json.html
    expect((await findKeys({ sort })).filter((key) => key !== 'k5')).toEqual(['k0', 'k1', 'k2', 'k3', 'k4', 'k6']);
  });

  test('finds what is in a list of any length', async () => {
    for (const text of ['{"n":69999}', '{"n":70000}', '{"n":"69999"}', '{"n":null}', '{}'])
      await store.set(text, Buffer.from(text));
    const values = [...Array(70_000).keys(), null];
    expect(await findKeys({ filter: { op: 'IN', path: ['n'], values } })).toEqual(['{"n":69999}', '{"n":null}']);
    expect(await findKeys({ filter: { op: 'IN', path: ['n'], values: [] } })).toEqual([]);
  });

  test.each(['5', 'x', Buffer.from('[false,"k","1"]').toString('base64url'), Buffer.from('{}').toString('base64url')])(
    'refuses the cursor %s, which it did not give',
    async (cursor) => {
      await expect(store.query({ ...all, cursor })).rejects.toSatisfy(
        (error) => error instanceof StoreError && error.code === 'ERR_CURSOR',
      );
    },
  );
});

test('a query of more conditions than a statement takes is refused on PostgreSQL, and the next one is answered', async () => {
  const store = getStore(stores.generation, 'postgresql');
  const filters = Array.from({ length: 40_000 }, (_, value) => ({ op: 'EQ' as const, path: ['n'], value }));
  await expect(store.query({ ...all, filter: { op: 'OR', filters } })).rejects.toThrow(
    'the query has too many conditions',
  );
  expect((await store.query({ ...all, limit: 1 })).entries.length).toBeLessThanOrEqual(1);
});

test('PostgreSQL sends only the rows of the page, whatever there are beside', async () => {
  const store = getStore(stores.generation, 'postgresql');
  for (const key of (await store.list({ limit: 1000 })).keys) await store.delete(key);
  const values = Array.from({ length: 60 }, (_, index) => (index < 30 ? '{"x":1}' : '{"x":"\\u0000"}').padEnd(1000));
  await store.writeMany(values.map((text, index) => ({ kind: 'set', key: `k${index}`, value: Buffer.from(text) })));
  const client = new Client({ connectionString: stores.url });
  await client.connect();
  const sent: number[] = [];
  const run = async <R extends object>({ text, values: parameters }: { text: string; values: unknown[] }) => {
    const { rows } = await client.query(text, parameters);
    sent.push(rows.length);
    return rows as R[];
  };
  const target = { table: 'state', toJson: 'state_json' };
  for (const query of [{ limit: 7 }, { maxBytes: 2500 }, { maxBytes: 32_500 }])
    await queryPage(target, { ...all, ...query }, run);
  await client.end();
  expect(sent).toEqual([7, 3, 30, 30]);
});

test('a query of memory lets other work go on before it has read all entries, and ends although others write', async () => {
  const store = new MemoryStore({ name: 'memory', maxBytes: 64 * 1024 * 1024 });
  const write = (name: string, count: number) =>
    Promise.all(Array.from({ length: count }, (_, index) => store.set(`${name}-${index}`, Buffer.from('1'))));
  await write('before', 10_000);
  let turns = 0;
  let next = setImmediate(function turn() {
    turns += 1;
    void write(`turn-${turns}`, 10);
    next = setImmediate(turn);
  });
  const page = await store.query({ ...all, limit: 20_000 });
  clearImmediate(next);
  expect(page.entries).toHaveLength(10_000);
  expect(turns).toBeGreaterThan(0);
});

test('a query of memory finds on its pages, in order, what a sort of all entries has', async () => {
  const entry = fc.record({ rank: fc.integer({ min: 0, max: 3 }), size: fc.integer({ min: 20, max: 60 }) });
  const limits = { limit: fc.integer({ min: 1, max: 5 }), maxBytes: fc.integer({ min: 1, max: 300 }) };
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 20 }), fc.record(limits), async (given, limit) => {
      const entries = given.map(({ rank, size }, index) => ({
        key: `k${String(index).padStart(2, '0')}`,
        value: Buffer.from(JSON.stringify({ rank }).padEnd(size)),
        etag: '',
        rank,
      }));
      const found: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await queryEntries(entries, { sort: [{ path: ['rank'], descending: true }], ...limit, cursor });
        found.push(...page.entries.map(({ key }) => key));
        cursor = page.cursor;
      } while (cursor !== undefined);
      expect(found).toEqual(entries.toSorted((a, b) => b.rank - a.rank).map(({ key }) => key));
    }),
  );
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
  const store = getStore(stores.generation, 'postgresql');
  for (const key of ['käse-1', 'käse-2', 'kase-3']) await store.set(textToKey(key), Buffer.from('1'));
  expect((await store.list({ prefix: textToKey('käse'), limit: 10 })).keys.map(keyToText)).toEqual([
    'käse-1',
    'käse-2',
  ]);
  const client = new Client({ connectionString: stores.url });
  await client.connect();
  const { text, values } = new Statements('state').list('käse', 'käse-1', 10);
  await client.query('SET enable_seqscan = off; SET enable_bitmapscan = off');
  const { rows } = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, values);
  await client.end();
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(plan).toMatch(/Index (Only )?Scan using state_key_bytes[^]*Index Cond/);
});
