import { deadline } from '@podkit/chassis/testing/deadline';
import { startRedis } from '@podkit/chassis/testing/servers';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { expect, onTestFinished, test } from 'vitest';
import { Engine } from '../../src/routing/engine.ts';
import { ask, frames } from '../support/mixed-endpoint.ts';
import { openEndpoint, rawClient } from '../support/redis-endpoint.ts';
import { buildStores, closeAll } from '../support/stores.ts';

/** An endpoint before a Redis of its own, with policies around it. */
async function guardedEndpoint(policies: string) {
  const redis = await startRedis();
  onTestFinished(() => redis.stop('SIGKILL'));
  const generation = buildStores(
    `stores: {main: {driver: redis, url: '${redis.url}', commandTimeout: ${deadline(5000)}ms, policies: [${policies}]}}`,
  );
  onTestFinished(() => closeAll(generation));
  return { redis, endpoint: await openEndpoint(new Engine(generation)) };
}

const everything =
  'HSET h f 1\nLPUSH l a b\nMULTI\nINCR n\nLLEN l\nEXEC\nMGET n none\nEVAL return(1) 0\nSCAN 0 COUNT 100';

test('policies that need no value let every command pass', async () => {
  const all = `bulkhead: {}, circuitBreaker: {}, retry: {}, timeout: ${deadline(1000)}ms, near: {}`;
  const { endpoint } = await guardedEndpoint(
    all
      .split(/, (?=\w+: )/)
      .map((policy) => `{${policy}}`)
      .join(', '),
  );
  const answers = await ask(await rawClient(endpoint.port), everything);
  expect(answers.slice(0, 7)).toEqual([
    ':1\r\n',
    ':2\r\n',
    '+OK\r\n',
    '+QUEUED\r\n',
    '+QUEUED\r\n',
    '*2\r\n:1\r\n:2\r\n',
    '*2\r\n$1\r\n1\r\n$-1\r\n',
  ]);
});

test('a bulkhead holds back a pipeline instead of refusing it, and keeps its order', async () => {
  const { endpoint } = await guardedEndpoint(
    `{bulkhead: {maxInFlight: 2, maxQueue: 4, queueTimeout: ${deadline(10_000)}ms}}`,
  );
  const clients = await Promise.all([1, 2, 3].map(() => rawClient(endpoint.port)));
  const commands = Array.from({ length: 300 }, (_, index) => `RPUSH list-$ ${index}`).join('\n');
  const replies = await Promise.all(
    clients.map((client, index) => ask(client, commands.replaceAll('$', String(index)))),
  );
  for (const one of replies) expect(one).toEqual(Array.from({ length: 300 }, (_, index) => `:${index + 1}\r\n`));
});

test('behind a full bulkhead as many wait as may, for as long as they may', async () => {
  const queueTimeout = deadline(300);
  const { endpoint, redis } = await guardedEndpoint(
    `{bulkhead: {maxInFlight: 1, maxQueue: 1, queueTimeout: ${queueTimeout}ms}}`,
  );
  const open = () => rawClient(endpoint.port);
  const first = await open();
  const second = await open();
  const third = await open();
  expect(await ask(first, 'LPUSH l a')).toEqual([':1\r\n']);
  redis.child.kill('SIGSTOP');
  first.send(...frames('LPUSH l b'));
  // When another client is answered, the first one has been read.
  await ask(second, 'PING');
  second.send(...frames('LLEN l'));
  await ask(third, 'PING');
  expect(await ask(third, 'LLEN l')).toEqual(['-BUSY the store is busy: 1 operations wait already\r\n']);
  expect(await second.replies(1)).toEqual([`-BUSY the store is busy: waited ${queueTimeout} ms for a place\r\n`]);
  redis.child.kill('SIGCONT');
  expect(await first.replies(1)).toEqual([':2\r\n']);
  expect(await ask(second, 'LLEN l\nMULTI\nLLEN l\nEXEC')).toEqual([
    ':2\r\n',
    '+OK\r\n',
    '+QUEUED\r\n',
    '*1\r\n:2\r\n',
  ]);
});

test('a circuit breaker refuses commands at once while the Redis is away, and lets them pass when it is back', async () => {
  const { endpoint, redis } = await guardedEndpoint('{circuitBreaker: {failures: 3, openFor: 100ms}}');
  const client = await rawClient(endpoint.port);
  expect(await ask(client, 'LPUSH l a')).toEqual([':1\r\n']);
  await redis.stop('SIGKILL');
  const refusal = '-ERR the circuit breaker is open: the backend kept failing\r\n';
  await waitFor('the breaker to open', async () => (await ask(client, 'LLEN l'))[0] === refusal);
  const again = await startRedis({ port: redis.port });
  onTestFinished(() => again.stop());
  await waitFor('a reply', async () => (await ask(client, 'LPUSH l a'))[0] === ':1\r\n');
  expect(await ask(client, 'LLEN l\nMGET a b')).toEqual([':1\r\n', '*2\r\n$-1\r\n$-1\r\n']);
});
