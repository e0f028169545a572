import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from '@podkit/chassis/testing/free-port';
import { startPostgres, startRedis } from '@podkit/chassis/testing/servers';
import { type SpawnedService, spawnService } from '@podkit/chassis/testing/spawn-service';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';

const run = promisify(execFile);
const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

let folder: string;
let service: SpawnedService;
let port = 0;
let dapr = 0;
const stop: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'podkit-clients-'));
  const [redis, postgres] = await Promise.all([startRedis(), startPostgres()]);
  stop.push(
    () => redis.stop(),
    () => postgres.stop(),
  );
  const config = join(folder, 'config.yaml');
  writeFileSync(
    config,
    `stores:
  main:
    driver: route
    rules:
      - { prefix: 'redis:', store: cache }
      - { prefix: 'near:', store: tiered }
      - { prefix: 'sql:', store: table }
      - { store: memory }
  memory: { driver: memory }
  cache: { driver: redis, url: '${redis.url}' }
  tiered: { driver: redis, url: '${redis.url}', policies: [{ near: {} }] }
  table: { driver: postgresql, url: '${postgres.url}' }
redisStore: main
`,
  );
  port = await freePort();
  dapr = await freePort();
  const admin = await freePort();
  const env = { AMBASSADOR_CONFIG: config, REDIS_PORT: String(port), PORT: String(dapr), ADMIN_PORT: String(admin) };
  service = spawnService(main, { env: { ...env, DRAIN_DELAY: '0s' } });
  await service.logged('it has started', (line) => line.state === 'started');
}, 60_000);

afterAll(async () => {
  await service.stop();
  await Promise.all(stop.map((end) => end()));
  rmSync(folder, { recursive: true, force: true });
});

const kinds = [['memory'], ['redis'], ['near'], ['sql']] as const;

describe.each(kinds)('on a %s route, with default options', (kind) => {
  const name = (key: string) => `${kind}:${key}`;

  test('ioredis runs its everyday commands', async () => {
    const client = new Redis(port);
    onTestFinished(() => client.disconnect());
    const k = name('io');
    await client.del(k, name('n'));
    expect(await client.set(k, 'v', 'EX', 1000)).toBe('OK');
    expect(await client.get(k)).toBe('v');
    expect(await client.ttl(k)).toBeGreaterThan(900);
    expect(await client.set(k, 'w', 'NX')).toBeNull();
    expect(await client.getset(k, 'w')).toBe('v');
    expect(await client.incrby(name('n'), 5)).toBe(5);
    expect(await client.append(name('n'), '0')).toBe(2);
    expect(await client.mget(k, name('none'), name('n'))).toEqual(['w', null, '50']);
    expect(await client.exists(k, name('n'))).toBe(2);
    expect(await client.pipeline().set(k, '1').incr(k).get(k).exec()).toEqual([
      [null, 'OK'],
      [null, 2],
      [null, '2'],
    ]);
    expect(await client.getBuffer(k)).toEqual(Buffer.from('2'));
    expect(await client.type(k)).toBe('string');
    await expect(client.call('incr', k, 'x')).rejects.toThrow("wrong number of arguments for 'incr' command");
    expect(await client.del(k, name('n'))).toBe(2);
  });

  test('node-redis runs its everyday commands', async () => {
    const client = createClient({ url: `redis://127.0.0.1:${port}` });
    client.on('error', () => undefined);
    await client.connect();
    onTestFinished(() => client.destroy());
    const k = name('node');
    await client.del(k);
    expect(await client.set(k, 'v', { expiration: { type: 'EX', value: 100 } })).toBe('OK');
    expect(await client.get(k)).toBe('v');
    expect(
      await client.mSet([
        [name('x'), '1'],
        [k, '2'],
      ]),
    ).toBe('OK');
    expect(await client.mGet([k, name('none'), name('x')])).toEqual(['2', null, '1']);
    expect(await client.incr(k)).toBe(3);
    expect(await client.expire(k, 50)).toBe(1);
    expect(await client.persist(k)).toBe(1);
    expect(await client.getDel(k)).toBe('3');
    const found: string[] = [];
    for await (const keys of client.scanIterator({ MATCH: name('x') })) found.push(...keys);
    expect(found).toEqual([name('x')]);
    expect(await client.del(name('x'))).toBe(1);
  });

  test('what one endpoint wrote the other reads, each time at once', async () => {
    const client = new Redis(port);
    onTestFinished(() => client.disconnect());
    const url = `http://127.0.0.1:${dapr}/v1.0/state/main`;
    const key = name('both');
    const save = (value: unknown) =>
      fetch(url, {
        method: 'POST',
        body: JSON.stringify([{ key, value }]),
        headers: { 'content-type': 'application/json' },
      });
    const read = async () => (await fetch(`${url}/${encodeURIComponent(key)}`)).text();
    for (let round = 0; round < 10; round += 1) {
      expect((await save({ round })).status).toBe(204);
      expect(await client.get(key)).toBe(`{"round":${round}}`);
      expect(await client.mget(key)).toEqual([`{"round":${round}}`]);
      await client.set(key, `"${round}"`);
      expect(await client.get(key)).toBe(`"${round}"`);
      expect(await read()).toBe(`"${round}"`);
    }
    expect(await client.del(key)).toBe(1);
    expect(await read()).toBe('');
  });
});

const cli = async (...args: string[]) => (await run('redis-cli', ['-p', String(port), ...args])).stdout.trim();

test('redis-cli works, in both protocols', async () => {
  expect(await cli('set', 'cli', 'v')).toBe('OK');
  expect(await cli('-3', 'get', 'cli')).toBe('v');
  expect(await cli('--scan', '--pattern', 'cl?')).toBe('cli');
  expect(await cli('lpush', 'redis:list', 'a', 'b')).toBe('2');
  expect(await cli('lpush', 'list', 'a')).toContain("ERR unknown command 'lpush'");
});

test('redis-benchmark runs with its default options', async () => {
  const { stdout } = await run('redis-benchmark', [
    '-p',
    String(port),
    '-n',
    '1000',
    '-q',
    '-t',
    'ping,set,get,incr,mset',
  ]);
  expect(stdout).toContain('MSET (10 keys)');
});

test('subscribers and transactions work through ioredis', async () => {
  const client = new Redis(port);
  const subscriber = new Redis(port);
  onTestFinished(() => [client, subscriber].forEach((each) => each.disconnect()));
  const message = new Promise((resolve) => subscriber.on('message', (channel, text) => resolve([channel, text])));
  await subscriber.subscribe('news');
  await client.publish('news', 'hello');
  expect(await message).toEqual(['news', 'hello']);
  expect(await client.multi().set('redis:m', '1').incr('redis:m').exec()).toEqual([
    [null, 'OK'],
    [null, 2],
  ]);
});
