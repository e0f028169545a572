import { startRedis } from '@podkit/chassis/testing/servers';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { TrackingConnection } from '../../src/frontends/redis/upstream/tracking-connection.ts';
import { redisTarget } from '../support/engine.ts';

test('every change of a tracked key is reported, and so are the loss and the return of the Redis', async () => {
  let redis = await startRedis();
  onTestFinished(() => redis.stop());
  const heard: string[] = [];
  const tracking = new TrackingConnection(redisTarget(redis.port), {
    prefix: 'app:',
    changed: (keys) => heard.push(keys === null ? 'all' : keys.join()),
    connected: () => heard.push('connected'),
    lost: () => heard.push('lost'),
  });
  onTestFinished(() => tracking.close());
  const client = new Redis(redis.port, { retryStrategy: () => 50 });
  client.on('error', () => undefined);
  onTestFinished(() => client.disconnect());
  await waitFor('tracking', () => heard.includes('connected'));
  await client.set('app:a', '1');
  await client.set('other', '1');
  await client.set('app:b,c', '1', 'PX', 20);
  await waitFor('the expiry', () => heard.filter((key) => key === 'app:b,c').length === 2);
  expect(heard.slice(0, 3)).toEqual(['connected', 'app:a', 'app:b,c']);
  await client.flushall();
  await waitFor('the flush', () => heard.includes('all'));
  heard.length = 0;
  await redis.stop('SIGKILL');
  await waitFor('the loss', () => heard.includes('lost'));
  redis = await startRedis({ port: redis.port });
  await waitFor('the return', () => heard.at(-1) === 'connected');
});
