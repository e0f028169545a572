import { startRedis } from '@podkit/chassis/testing/servers';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Engine } from '../../src/routing/engine.ts';
import { memoryRoute, prefixEngine, redisRoute } from '../support/engine.ts';
import { ask, frames, mixedEndpoint, redisForTests } from '../support/mixed-endpoint.ts';
import { openEndpoint, rawClient } from '../support/redis-endpoint.ts';
import { buildStores, closeAll } from '../support/stores.ts';

const shared = redisForTests();

/** An endpoint whose only store is the Redis. */
const redisEndpoint = () => openEndpoint(prefixEngine([['', redisRoute(shared.redis.port, memoryRoute().store)]]));

describe('SELECT', () => {
  test('chooses a database of the Redis, for this client only', async () => {
    const endpoint = await redisEndpoint();
    const first = await rawClient(endpoint.port);
    const second = await rawClient(endpoint.port);
    await ask(first, 'SELECT 1\nSET k one\nMULTI\nSET t one\nEXEC');
    await ask(second, 'SET k zero');
    expect(await ask(first, 'GET k\nMGET t\nDBSIZE\nSELECT 0\nGET k')).toEqual([
      '$3\r\none\r\n',
      '*1\r\n$3\r\none\r\n',
      ':2\r\n',
      '+OK\r\n',
      '$4\r\nzero\r\n',
    ]);
    expect(await ask(shared.direct, 'SELECT 1\nGET k\nSELECT 0')).toContain('$3\r\none\r\n');
  });

  test('reads another database past the near cache', async () => {
    const yaml = `stores: {main: {driver: redis, url: 'redis://127.0.0.1:${shared.redis.port}', policies: [near: {}]}}`;
    const generation = buildStores(yaml);
    onTestFinished(() => closeAll(generation));
    const client = await rawClient((await openEndpoint(new Engine(generation))).port);
    await ask(client, 'SET k zero\nGET k\nSELECT 2\nSET k two');
    expect(await ask(client, 'GET k\nMGET k\nSELECT 0\nGET k')).toEqual([
      '$3\r\ntwo\r\n',
      '*1\r\n$3\r\ntwo\r\n',
      '+OK\r\n',
      '$4\r\nzero\r\n',
    ]);
  });

  test('is refused in the words of the Redis that has no such database', async () => {
    const client = await rawClient((await redisEndpoint()).port);
    expect(await ask(client, 'SELECT 99\nSET k 1')).toEqual(['-ERR DB index is out of range\r\n', '+OK\r\n']);
  });

  test('is refused where keys live elsewhere than in a Redis', async () => {
    const client = await rawClient((await mixedEndpoint(shared)).port);
    expect(await ask(client, 'SELECT 1')).toEqual(['-ERR DB index is out of range\r\n']);
  });
});

const blocked = async () => (await ask(shared.direct, 'INFO clients'))[0]?.match(/blocked_clients:(\d+)/)?.[1];

describe('WAIT', () => {
  test('counts the replicas that have what this client wrote, and no others', async () => {
    const replica = await startRedis();
    onTestFinished(() => replica.stop());
    const direct = await rawClient(replica.port);
    await ask(direct, `REPLICAOF 127.0.0.1 ${shared.redis.port}`);
    const client = await rawClient((await redisEndpoint()).port);
    await waitFor('the replica to follow', async () => (await ask(client, 'SET k 1\nWAIT 1 1000'))[1] === ':1\r\n');
    replica.child.kill('SIGSTOP');
    expect(await ask(client, 'SET k 2\nWAIT 1 50')).toEqual(['+OK\r\n', ':0\r\n']);
    replica.child.kill('SIGCONT');
    expect(await ask(client, 'WAIT 1 0\nGET k')).toEqual([':1\r\n', '$1\r\n2\r\n']);
  });

  test('delays no other client, and ends with the one that waits', async () => {
    const endpoint = await redisEndpoint();
    const waiting = await rawClient(endpoint.port);
    const other = await rawClient(endpoint.port);
    waiting.send(...frames('WAIT 1 0'));
    expect(await ask(other, 'SET k 1\nGET k')).toEqual(['+OK\r\n', '$1\r\n1\r\n']);
    await waitFor('the wait', async () => (await blocked()) === '1');
    waiting.socket.destroy();
    await waitFor('its end', async () => (await blocked()) === '0');
  });

  test('is refused where no store has replicas', async () => {
    const client = await rawClient((await openEndpoint(prefixEngine([['', memoryRoute()]]))).port);
    expect((await ask(client, 'WAIT 0 0'))[0]).toBe(
      '-ERR WAIT is not supported: no store of this endpoint has replicas\r\n',
    );
  });
});
