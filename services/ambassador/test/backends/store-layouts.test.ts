import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { errorCode, fresh, storesForTests, value } from '../support/contract-stores.ts';
import { query } from '../support/postgres-query.ts';

const stores = storesForTests();

test('a key that is no text is refused where only text can be stored', async () => {
  expect(await errorCode(stores.get('postgresql').set('\xff', value('1')))).toBe('ERR_KEY');
});

test('a key that is no text fails alone among many that are read', async () => {
  const store = stores.get('postgresql');
  const key = fresh();
  await store.set(key, value('1'));
  const [good, bad] = await store.getMany([key, '\xff']);
  expect(good).toMatchObject({ value: value('1') });
  expect(bad).toMatchObject({ code: 'ERR_KEY' });
});

test('Redis holds entries as Dapr lays them out, and reads strings that others wrote', async () => {
  const store = stores.get('redis');
  await store.set('laid-out', value('"x"'));
  const client = new Redis(stores.redisUrl());
  expect(await client.hgetall('laid-out')).toEqual({ data: '"x"', version: '1' });
  await client.set('plain', 'text');
  const entry = await store.get('plain');
  expect(entry?.value.toString()).toBe('text');
  await store.set('plain', value('new'), { ifMatch: entry?.etag ?? '' });
  expect(await client.hget('plain', 'data')).toBe('new');
  await client.rpush('list', 'a');
  expect(await errorCode(store.get('list'))).toBe('ERR_WRONG_TYPE');
  client.disconnect();
});

test('what is encrypted is unreadable below, and cannot be moved to another key', async () => {
  const store = stores.get('wrapped');
  await store.set('secret', value('the plain text'));
  const client = new Redis(`${stores.redisUrl()}/1`);
  const sealed = await client.hgetBuffer('orders||secret', 'data');
  expect(sealed?.includes('plain')).toBe(false);
  await client.hset('orders||moved', { data: sealed ?? '', version: '1' });
  expect(await errorCode(store.get('moved'))).toBe('ERR_CORRUPT');
  client.disconnect();
});

test('a value that outgrows its rule moves to the other store and is in one only', async () => {
  const [routed, memory, postgresql] = ['routed', 'memory', 'postgresql'].map((name) => stores.get(name));
  await routed?.set('mover', value('small'));
  expect((await memory?.get('mover'))?.value.toString()).toBe('small');
  await routed?.set('mover', Buffer.alloc(200));
  expect(await memory?.get('mover')).toBeUndefined();
  expect((await postgresql?.get('mover'))?.value).toHaveLength(200);
});

test('a key that an interrupted move left in two stores is gone from both when it is deleted', async () => {
  const key = fresh();
  for (const name of ['memory', 'postgresql']) await stores.get(name).set(key, value(name));
  expect(await stores.get('routed').delete(key)).toBe(true);
  expect(await stores.get('routed').get(key)).toBeUndefined();
});

test.each(['postgresql', 'one-connection', 'pglite'])(
  'on %s a key that it cannot hold spoils no other write',
  async (name) => {
    const store = stores.get(name);
    const good = fresh();
    const bad = `${fresh()}\xff`;
    const results = await store.writeMany([good, bad].map((key) => ({ kind: 'set', key, value: value('1') })));
    expect(results).toEqual([{ etag: expect.any(String) }, expect.objectContaining({ code: 'ERR_KEY' })]);
    expect((await store.get(good))?.value).toEqual(value('1'));
  },
);

const kept = () =>
  readFileSync(join(stores.folder, 'journal', 'rejected.jsonl'), 'utf8')
    .trim()
    .split('\n');

test('a write behind that the store refuses for good is kept in rejected.jsonl, and delays no other', async () => {
  const store = stores.get('behind');
  const good = fresh();
  const bad = fresh();
  // The table is there once something was written.
  await store.set(fresh(), value('0'), { consistency: 'strong' });
  await query(stores.postgresUrl(), `ALTER TABLE behind_state ADD CHECK (key <> '${bad}')`);
  await Promise.all([bad, good].map((key) => store.set(key, value('1'))));
  await waitFor('the refused write in its file', () => kept().at(-1)?.endsWith('}') === true);
  expect(kept()).toHaveLength(1);
  expect(JSON.parse(kept()[0] ?? '')).toMatchObject({ key: bad, value: value('1').toString('base64') });
  expect((await store.get(good, { consistency: 'strong' }))?.value).toEqual(value('1'));
});
