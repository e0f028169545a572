import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Generation } from '../../src/routing/engine.ts';
import type { Store } from '../../src/store/store.ts';
import { redisCli, startCluster } from '../support/redis-topologies.ts';
import { buildStores, closeAll, getStore } from '../support/stores.ts';

let cluster: Awaited<ReturnType<typeof startCluster>>;
let generation: Generation;
let store: Store;
beforeAll(async () => {
  cluster = await startCluster();
  const [first = '', second = ''] = cluster.addresses;
  generation = buildStores(`
stores:
  main:
    driver: redis
    cluster: {nodes: ['${first}', '${second}']}
    commandTimeout: 1s
    connectTimeout: 1s
`);
  store = getStore(generation, 'main');
});
afterAll(async () => {
  await closeAll(generation);
  await cluster.stop();
});

const keys = Array.from({ length: 60 }, (_, index) => `key-${index}`);
const text = (value: string | number) => Buffer.from(String(value));

test('keys of all slots are written, read together, listed once and deleted', async () => {
  const wrote = await store.writeMany(keys.map((key) => ({ kind: 'set', key, value: text(key) })));
  expect(wrote.filter((result) => !('etag' in result))).toEqual([]);
  const found = await store.getMany(keys);
  expect(found.map((entry) => (entry && 'value' in entry ? entry.value.toString() : entry))).toEqual(keys);
  const listed: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.list({ prefix: 'key-', limit: 10, ...(cursor === undefined ? {} : { cursor }) });
    listed.push(...page.keys);
    ({ cursor } = page);
  } while (cursor !== undefined);
  expect(listed.toSorted()).toEqual(keys.toSorted());
  for (const { port } of cluster.nodes) expect(Number(redisCli(port, 'DBSIZE'))).toBeGreaterThan(0);
  expect(await store.delete('key-0')).toBe(true);
});

const set = (key: string) => ({ kind: 'set', key, value: text(1) }) as const;

test('a transaction is possible on one slot, and refused as a whole over several', async () => {
  expect(await store.transact([set('{tag}a'), set('{tag}b')])).toHaveLength(2);
  await expect(store.transact([set('one'), set('two'), set('three')])).rejects.toMatchObject({
    code: 'ERR_UNSUPPORTED',
    message: expect.stringContaining('one slot') as string,
  });
  expect(await store.getMany(['one', 'two', 'three'])).toEqual([undefined, undefined, undefined]);
});

test('slots that move while they are written to lose nothing', async () => {
  const [from = '', to = ''] = cluster.nodes.map(({ port }) => redisCli(port, 'CLUSTER', 'MYID'));
  const move = ['--cluster-from', from, '--cluster-to', to, '--cluster-slots', '1500', '--cluster-yes'];
  const child = spawn('redis-cli', ['--cluster', 'reshard', cluster.addresses[0] ?? '', ...move], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const counts = new Map(keys.map((key) => [`moving-${key}`, 0]));
  const moved = new AbortController();
  const count = async (key: string) => {
    while (!moved.signal.aborted) {
      await store.increment(key, 1n);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  };
  const counters = [...counts.keys()].map(count);
  expect(await ended).toEqual([0, null]);
  moved.abort();
  await Promise.all(counters);
  const stored = await store.getMany([...counts.keys()]);
  expect(stored.map((entry) => entry && 'value' in entry && Number(entry.value))).toEqual([...counts.values()]);
});

test('a node that dies under load and comes back costs errors, and no write twice', async () => {
  const counts = new Map(keys.map((key) => [`dying-${key}`, { acknowledged: 0, unknown: 0 }]));
  const over = new AbortController();
  let failures = 0;
  let successes = 0;
  const count = async (key: string, seen: { acknowledged: number; unknown: number }) => {
    while (!over.signal.aborted) {
      const done = await store.increment(key, 1n).then(
        () => 'acknowledged' as const,
        (error: { outcome: string }) => (error.outcome === 'unknown' ? ('unknown' as const) : undefined),
      );
      if (done === 'acknowledged') successes += 1;
      else failures += 1;
      if (done !== undefined) seen[done] += 1;
      await setImmediate();
    }
  };
  const counters = [...counts].map(([key, seen]) => count(key, seen));
  await waitFor('writes', () => successes > 500);
  await cluster.nodes[2]?.stop('SIGKILL');
  await waitFor('failures', () => failures > 100);
  await cluster.restart(2);
  const recovered = async () =>
    (await store.writeMany(keys.map((key) => ({ kind: 'set', key, value: text(0) })))).every((one) => 'etag' in one);
  await waitFor('every slot', recovered, { timeout: 20_000 });
  over.abort();
  await Promise.all(counters);
  for (const [key, { acknowledged, unknown }] of counts) {
    const stored = Number((await store.get(key))?.value ?? 0);
    expect(stored).toBeGreaterThanOrEqual(acknowledged);
    expect(stored).toBeLessThanOrEqual(acknowledged + unknown);
  }
});
