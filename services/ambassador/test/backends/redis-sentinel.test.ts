import { waitFor } from '@podkit/chassis/testing/wait-for';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { Engine } from '../../src/routing/engine.ts';
import { ask } from '../support/mixed-endpoint.ts';
import { openEndpoint, rawClient } from '../support/redis-endpoint.ts';
import { redisCli, startSentinel } from '../support/redis-topologies.ts';
import { buildStores, closeAll, getStore } from '../support/stores.ts';

let sentinel: Awaited<ReturnType<typeof startSentinel>>;
beforeEach(async () => {
  sentinel = await startSentinel();
});
afterEach(() => sentinel.stop());

const yaml = () => `
stores:
  main:
    driver: redis
    sentinel: {name: main, nodes: ['127.0.0.1:1', '127.0.0.1:${sentinel.port}']}
    waitReplicas: 1
    commandTimeout: 4s
`;

test('through the Redis endpoint every command reaches the master, and after a failover the new one', async () => {
  const generation = buildStores(yaml());
  onTestFinished(() => closeAll(generation));
  const client = await rawClient((await openEndpoint(new Engine(generation))).port);
  expect(await ask(client, 'RPUSH list a b\nMULTI\nINCR n\nLLEN list\nEXEC\nBLPOP list 0')).toEqual([
    ':2\r\n',
    '+OK\r\n',
    '+QUEUED\r\n',
    '+QUEUED\r\n',
    '*2\r\n:1\r\n:2\r\n',
    '*2\r\n$4\r\nlist\r\n$1\r\na\r\n',
  ]);
  expect(redisCli(sentinel.master.port, 'LRANGE', 'list', '0', '-1')).toBe('b');
  await waitFor(
    'the replica to have the list',
    () => redisCli(sentinel.replica.port, 'LRANGE', 'list', '0', '-1') === 'b',
  );
  // The old master lives on as a replica, and those that were connected to it must leave it.
  redisCli(sentinel.port, 'SENTINEL', 'FAILOVER', 'main');
  await waitFor('the other to be master', () => redisCli(sentinel.replica.port, 'ROLE').startsWith('master'));
  await waitFor('a write to reach it', async () => {
    await ask(client, 'SET after 1');
    return redisCli(sentinel.replica.port, 'GET', 'after') === '1';
  });
  expect(await ask(client, 'LRANGE list 0 -1')).toEqual(['*1\r\n$1\r\nb\r\n']);
});

test('a store finds its master through Sentinel, and the new one after a failover, with what replicas had', async () => {
  const generation = buildStores(yaml());
  const store = getStore(generation, 'main');
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
