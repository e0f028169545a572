import { expect, test } from 'vitest';
import { MemoryStore } from '../../src/backends/memory/memory-store.ts';
import { Bulkhead, bulkhead } from '../../src/policies/bulkhead.ts';
import { CircuitBreaker, circuitBreaker } from '../../src/policies/circuit-breaker.ts';
import { failover } from '../../src/policies/failover.ts';
import { faults } from '../../src/policies/faults.ts';
import { mirror } from '../../src/policies/mirror.ts';
import { NearMemory } from '../../src/policies/near/near-memory.ts';
import { nearStore } from '../../src/policies/near/near-store.ts';
import { retry } from '../../src/policies/retry.ts';
import { timeout } from '../../src/policies/timeout.ts';
import { intercept } from '../../src/store/intercept.ts';
import type { Store } from '../../src/store/store.ts';
import { StoreError } from '../../src/store/store-error.ts';

const memory = () => new MemoryStore({ name: 'memory', maxBytes: 1024 * 1024 });
const one = Buffer.from('1');
const unavailable = (outcome: 'not-applied' | 'unknown' = 'not-applied') =>
  new StoreError('ERR_UNAVAILABLE', 'away', { outcome });

/** A store whose operations first do what `before` says, counting them. */
function scripted(inner: Store, before: (call: number) => Promise<void>): { store: Store; calls: () => number } {
  let calls = 0;
  const store = intercept(inner, async (_operation, run) => {
    calls += 1;
    await before(calls);
    return run();
  });
  return { store, calls: () => calls };
}

const failing = (times: number, outcome?: 'not-applied' | 'unknown') =>
  scripted(memory(), async (call) => {
    if (call <= times) throw unavailable(outcome);
  });
const never = () => scripted(memory(), () => Promise.withResolvers<void>().promise);
const retries = { attempts: 3, minDelay: 1, maxDelay: 2, budget: 0.2 };

test('a retry asks again until it works', async () => {
  const { store, calls } = failing(2);
  await retry(store, retries).set('k', one);
  expect(calls()).toBe(3);
});

test('a write that may have happened is not retried, a read is', async () => {
  const write = failing(1, 'unknown');
  await expect(retry(write.store, retries).set('k', one)).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' });
  expect(write.calls()).toBe(1);
  const read = failing(1, 'unknown');
  expect(await retry(read.store, retries).get('k')).toBeUndefined();
});

test('retries stop when their budget is spent', async () => {
  const { store, calls } = failing(Number.POSITIVE_INFINITY);
  const retried = retry(store, { ...retries, budget: 0 });
  for (let count = 0; count < 50; count += 1) await retried.get('k').catch(() => undefined);
  expect(calls()).toBe(50 + 10);
});

test('a conflict is never retried', async () => {
  const { store, calls } = failing(0);
  await expect(retry(store, retries).set('k', one, { ifPresent: true })).rejects.toMatchObject({
    code: 'ERR_ETAG_MISMATCH',
  });
  expect(calls()).toBe(1);
});

test('a timeout ends the wait', async () => {
  await expect(timeout(never().store, 10).get('k')).rejects.toMatchObject({ code: 'ERR_TIMEOUT', outcome: 'unknown' });
});

test('a write that was given up is never overtaken by a newer one of its key', async () => {
  const backend = memory();
  const gate = Promise.withResolvers<void>();
  const { store, calls } = scripted(backend, (call) => (call === 1 ? gate.promise : Promise.resolve()));
  const limited = timeout(store, 50);
  await expect(limited.set('k', Buffer.from('late'))).rejects.toMatchObject({ outcome: 'unknown' });
  await expect(limited.set('k', Buffer.from('never'))).rejects.toMatchObject({ outcome: 'not-applied' });
  expect(await limited.set('other', one)).toMatch(/./);
  const newer = limited.set('k', Buffer.from('new'));
  gate.resolve();
  await newer;
  expect((await backend.get('k'))?.value.toString()).toBe('new');
  expect(calls()).toBe(3);
});

test('a breaker opens after failures in a row, lets one try after a while, and closes when that works', async () => {
  let now = 0;
  const { store, calls } = failing(3);
  const breaker = new CircuitBreaker({ failures: 2, openFor: 1000, now: () => now });
  const guarded = circuitBreaker(store, breaker);
  for (let count = 0; count < 5; count += 1) await guarded.get('k').catch(() => undefined);
  expect([breaker.state, calls()]).toEqual(['open', 2]);
  now = 1001;
  await guarded.get('k').catch(() => undefined);
  expect([breaker.state, calls()]).toEqual(['open', 3]);
  now = 2002;
  await guarded.get('k');
  expect(breaker.state).toBe('closed');
});

test('a bulkhead lets so many work, so many wait, and refuses the rest', async () => {
  const gate = Promise.withResolvers<void>();
  const hold = new Bulkhead({ maxInFlight: 2, maxQueue: 1, queueTimeout: 5000 });
  const store = bulkhead(scripted(memory(), () => gate.promise).store, hold);
  const work = [store.get('1'), store.get('2'), store.get('3')];
  expect([hold.inFlight, hold.queued]).toEqual([2, 1]);
  await expect(store.get('4')).rejects.toMatchObject({ code: 'ERR_BUSY' });
  gate.resolve();
  await Promise.all(work);
  expect([hold.inFlight, hold.queued]).toEqual([0, 0]);
});

test('who waits too long before a bulkhead is refused', async () => {
  const store = bulkhead(never().store, new Bulkhead({ maxInFlight: 1, maxQueue: 1, queueTimeout: 10 }));
  void store.get('1');
  await expect(store.get('2')).rejects.toMatchObject({ code: 'ERR_BUSY' });
});

test('reads fail over to the other store, writes only when asked', async () => {
  const other = memory();
  await other.set('k', one);
  const away = failing(Number.POSITIVE_INFINITY).store;
  const reads = failover(away, other, { writes: false, budget: 1 });
  expect((await reads.get('k'))?.value).toEqual(one);
  await expect(reads.set('k', one)).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' });
  await failover(away, other, { writes: true, budget: 1 }).set('new', one);
  expect(await other.get('new')).toBeDefined();
});

test('a mirror gets what was acknowledged, and its failure is nobody’s', async () => {
  const other = memory();
  const results: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const onResult = (result: string) => {
    if (results.push(result) === 2) resolve();
  };
  const options = { fraction: 1, compareReads: true, maxPending: 10, onResult };
  const mirrored = mirror(memory(), other, options);
  await mirrored.set('k', one);
  await mirrored.get('k');
  await promise;
  expect([results, (await other.get('k'))?.value]).toEqual([['copied', 'same'], one]);
  await mirror(memory(), failing(99).store, options).set('k', one);
});

test('faults hit only the keys that they are for', async () => {
  const store = faults(memory(), { errors: 1, delays: 0, delay: 0, prefix: 'bad:' });
  expect(await store.set('good:1', one)).toMatch(/./);
  await expect(store.get('bad:1')).rejects.toMatchObject({ message: 'a fault was injected' });
});

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

test('a read that was under way during a write is not kept, and nobody joins it afterwards', async () => {
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

test('what is stale is served while it is asked for anew, and when the backend fails, each for its time', async () => {
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

test('a strong read goes past the near cache, and a cache that hears of no changes keeps nothing', async () => {
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
