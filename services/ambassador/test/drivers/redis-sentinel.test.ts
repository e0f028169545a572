import { waitFor } from '@podkit/chassis/testing/wait-for';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { closeAll, storeOf, storesOf } from '../stores.ts';
import { redisCli, startSentinel } from './redis-topologies.ts';

let sentinel: Awaited<ReturnType<typeof startSentinel>>;
beforeAll(async () => {
  sentinel = await startSentinel();
});
afterAll(() => sentinel.stop());

test('a store finds its master through Sentinel, and the new one after a failover, with what replicas had', async () => {
  const generation = storesOf(`
stores:
  main:
    driver: redis
    sentinel: {name: main, nodes: ['127.0.0.1:${sentinel.port}']}
    waitReplicas: 1
    commandTimeout: 1s
`);
  const store = storeOf(generation, 'main');
  await store.set('before', Buffer.from('1'), { consistency: 'strong' });
  expect(redisCli(sentinel.master.port, 'HGET', 'before', 'data')).toBe('1');
  await sentinel.master.stop('SIGKILL');
  const written = async () => (await store.set('after', Buffer.from('2'))) !== '';
  await waitFor('a write to the new master', written, { timeout: 20_000 });
  expect((await store.get('before'))?.value.toString()).toBe('1');
  expect(redisCli(sentinel.replica.port, 'HGET', 'after', 'data')).toBe('2');
  const strong = store.set('after', Buffer.from('3'), { consistency: 'strong' });
  await expect(strong).rejects.toMatchObject({ code: 'ERR_TIMEOUT', outcome: 'unknown' });
  await closeAll(generation);
});
