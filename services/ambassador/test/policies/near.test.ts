import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { NearMemory } from '../../src/policies/near/near-memory.ts';
import { nearStore } from '../../src/policies/near/near-store.ts';
import { StoreMetrics } from '../../src/policies/store-metrics.ts';
import { intercept } from '../../src/store/intercept.ts';
import type { Store } from '../../src/store/store.ts';
import { failing, memory, one, scripted, unavailable } from '../support/scripted-store.ts';

const nearOptions = {
  maxBytes: 10_000,
  ttl: 1000,
  negativeTtl: 500,
  staleWhileRevalidate: 0,
  staleIfError: 0,
  jitter: 0,
};

test('many readers of one key ask the backend once', async () => {
  const gate = Promise.withResolvers<void>();
  const { store, calls } = scripted(memory(), () => gate.promise);
  const near = nearStore(store, new NearMemory(nearOptions));
  const reads = Promise.all(Array.from({ length: 50 }, () => near.get('k')));
  gate.resolve();
  await reads;
  expect(calls()).toBe(1);
});

test('a read that was under way during a write is not kept, and no later read shares it', async () => {
  const gate = Promise.withResolvers<void>();
  const backend = memory();
  await backend.set('k', Buffer.from('old'));
  const slow: Store = { ...intercept(backend, (_operation, run) => run()) };
  slow.get = async (key) => {
    const entry = await backend.get(key);
    if (entry?.value.toString() === 'old') await gate.promise;
    return entry;
  };
  const cache = new NearMemory(nearOptions);
  const near = nearStore(slow, cache);
  const early = near.get('k');
  await near.set('k', Buffer.from('new'));
  expect((await near.get('k'))?.value.toString()).toBe('new');
  gate.resolve();
  expect((await early)?.value.toString()).toBe('old');
  expect((await near.get('k'))?.value.toString()).toBe('new');
});

test('an absence is remembered for its own, shorter time', async () => {
  let now = 0;
  const { store, calls } = failing(0);
  const near = nearStore(store, new NearMemory({ ...nearOptions, now: () => now }));
  await near.get('none');
  await near.get('none');
  expect(calls()).toBe(1);
  now = 501;
  await near.get('none');
  expect(calls()).toBe(2);
});

test('a stale entry is served while it is revalidated, and when the backend fails, each for its own time', async () => {
  let now = 0;
  const backend = memory();
  await backend.set('k', one);
  let away = false;
  const { store } = scripted(backend, async () => {
    if (away) throw unavailable();
  });
  const near = nearStore(
    store,
    new NearMemory({ ...nearOptions, staleWhileRevalidate: 100, staleIfError: 1000, now: () => now }),
  );
  await near.get('k');
  away = true;
  for (now of [1050, 1900]) expect((await near.get('k'))?.value).toEqual(one);
  now = 2001;
  await expect(near.get('k')).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' });
});

test('a strong read goes past the near cache, and a cache that is not notified of changes keeps nothing', async () => {
  const backend = memory();
  const cache = new NearMemory(nearOptions);
  const near = nearStore(backend, cache);
  await backend.set('k', Buffer.from('1'));
  await near.get('k');
  await backend.set('k', Buffer.from('2'));
  expect((await near.get('k'))?.value.toString()).toBe('1');
  expect((await near.get('k', { consistency: 'strong' }))?.value.toString()).toBe('2');
  cache.suspend();
  expect((await near.get('k'))?.value.toString()).toBe('2');
  expect(cache.peek('k')).toBeUndefined();
});

test('a hit is counted whichever way it is read, and the metric has all reads of a store', async () => {
  const registry = new Registry();
  const backend = memory();
  await backend.set('k', one);
  const near = nearStore(backend, new NearMemory(nearOptions), new StoreMetrics(registry).near('main'));
  expect(near.peek?.('k')).toBeUndefined();
  await near.get('k');
  expect(near.peek?.('k')?.value).toEqual(one);
  await near.get('k');
  const afterEachScrape = [await registry.metrics(), await registry.metrics()];
  for (const text of afterEachScrape) {
    expect(text).toContain('near_reads_total{store="main",result="hit"} 2');
    expect(text).toContain('near_reads_total{store="main",result="miss"} 1');
  }
});
