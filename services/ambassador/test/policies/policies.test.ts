import { expect, test } from 'vitest';
import { Bulkhead } from '../../src/policies/bulkhead.ts';
import { CircuitBreaker } from '../../src/policies/circuit-breaker.ts';
import { failover } from '../../src/policies/failover.ts';
import { faults } from '../../src/policies/faults.ts';
import { mirror } from '../../src/policies/mirror.ts';
import { guardStore } from '../../src/policies/policy.ts';
import { retry } from '../../src/policies/retry.ts';
import { timeout } from '../../src/policies/timeout.ts';
import { failing, memory, one, scripted } from '../support/scripted-store.ts';

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
  const guarded = guardStore(store, breaker);
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
  const store = guardStore(scripted(memory(), () => gate.promise).store, hold);
  const work = [store.get('1'), store.get('2'), store.get('3')];
  expect([hold.inFlight, hold.queued]).toEqual([2, 1]);
  await expect(store.get('4')).rejects.toMatchObject({ code: 'ERR_BUSY' });
  gate.resolve();
  await Promise.all(work);
  expect([hold.inFlight, hold.queued]).toEqual([0, 0]);
});

test('a caller that waits too long for a bulkhead is refused', async () => {
  const store = guardStore(never().store, new Bulkhead({ maxInFlight: 1, maxQueue: 1, queueTimeout: 10 }));
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

test('a mirror gets what was acknowledged, and its failures reach no caller', async () => {
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
