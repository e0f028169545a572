import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { freePort } from '@podkit/chassis/testing/free-port';
import { startPostgres, startRedis } from '@podkit/chassis/testing/servers';
import { spawnService } from '@podkit/chassis/testing/spawn-service';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { expect, onTestFinished, test } from 'vitest';
import { buildStores, closeAll, getStore } from './support/stores.ts';

const main = join(import.meta.dirname, '../src/main.ts');

const status = async (url: string) => (await fetch(url)).status;

async function start(yaml: string, args: string[] = [], settings: Record<string, string> = {}) {
  const port = await freePort();
  const adminPort = await freePort();
  const redisPort = await freePort();
  const config = join(tempDir(), 'ambassador.yaml');
  writeFileSync(config, yaml);
  const env = {
    PORT: String(port),
    ADMIN_PORT: String(adminPort),
    REDIS_PORT: String(redisPort),
    AMBASSADOR_CONFIG: config,
    DRAIN_DELAY: '0',
    ...settings,
  };
  const spawnIt = () => {
    const service = spawnService(main, { args, env });
    onTestFinished(() => void service.child.kill('SIGKILL'));
    return service;
  };
  const base = `http://127.0.0.1:${port}`;
  const admin = `http://127.0.0.1:${adminPort}`;
  const save = async (store: string, key: string, value: unknown) =>
    (await fetch(`${base}/v1.0/state/${store}`, { method: 'POST', body: JSON.stringify([{ key, value }]) })).status;
  return { service: spawnIt(), again: spawnIt, base, admin, config, save };
}

test('a PostgreSQL that is down at the start makes it unready until it is there; then migrate finds its work done', async () => {
  const port = await freePort();
  const yaml = `stores: {db: {driver: postgresql, url: 'postgres://postgres@127.0.0.1:${port}/postgres', connectTimeout: 300ms}}`;
  const { service, admin, save } = await start(yaml);
  await waitFor('readiness to fail', async () => (await status(`${admin}/readyz`)) === 503);
  expect(await status(`${admin}/livez`)).toBe(200);
  expect(await save('db', 'k', 1)).toBe(500);
  const postgres = await startPostgres({ port });
  onTestFinished(() => postgres.stop());
  await waitFor('readiness', async () => (await status(`${admin}/readyz`)) === 200);
  expect(await save('db', 'k', 1)).toBe(204);
  const migration = await start(yaml, ['migrate']);
  expect((await migration.service.exited).code).toBe(0);
  const waiting = await start(yaml, ['wait']);
  expect((await waiting.service.exited).code).toBe(0);
  expect(await service.stop()).toEqual({ code: 0, signal: null });
});

test('a store that is not required only degrades readiness while it is down, also behind a route', async () => {
  const cache = await freePort();
  const db = await startPostgres();
  onTestFinished(() => db.stop());
  const { service, base, admin } = await start(`
redisStore: main
stores:
  cache: {driver: redis, url: 'redis://127.0.0.1:${cache}', required: false}
  db: {driver: postgresql, url: '${db.url}'}
  main: {driver: route, rules: [{prefix: 'cache:', store: cache}, {store: db}]}
`);
  const ready = async () => {
    const response = await fetch(`${admin}/readyz?verbose`);
    return { status: response.status, text: await response.text() };
  };
  const degraded = await waitFor('readiness', async () => ((await ready()).status === 200 ? await ready() : undefined));
  expect(degraded.text).toMatch(/^\[!\]store-cache degraded: Redis cannot be reached: .*ECONNREFUSED/m);
  expect(degraded.text).toMatch(/store-main ok[\s\S]*readyz check passed, degraded/);
  expect(await (await fetch(`${admin}/readyz`)).text()).toBe('degraded');
  expect(await status(`${base}/v1.0/healthz`)).toBe(204);
  expect(await (await fetch(`${admin}/metrics`)).text()).toContain('store_up{store="cache",required="false"} 0');
  const redis = await startRedis({ port: cache });
  onTestFinished(() => redis.stop());
  await waitFor('health', async () => (await (await fetch(`${admin}/readyz`)).text()) === 'ok');
  await db.stop('SIGKILL');
  await waitFor('readiness to fail', async () => (await ready()).status === 503);
  expect((await ready()).text).toMatch(/\[-\]store-main failed/);
  await service.stop();
});

test('a changed file is reloaded; one with errors changes nothing', async () => {
  const { service, base, admin, config, save } = await start('stores: {a: {driver: memory}}');
  await waitFor('readiness', async () => (await status(`${admin}/readyz`)) === 200);
  await save('a', 'k', 1);
  writeFileSync(config, 'stores: {a: {driver: memory}, b: {driver: memory}}');
  await waitFor('store b', async () => (await save('b', 'k', 2)) === 204);
  expect(await (await fetch(`${base}/v1.0/state/a/k`)).text()).toBe('1');
  writeFileSync(config, 'stores: {a: {driver: memry}}');
  await service.logged('the errors', ({ msg }) => String(msg).includes('keeping the previous one'));
  expect(await status(`${base}/v1.0/state/b/k`)).toBe(200);
  await service.stop();
});

test('writes that only the journal has when the process is killed are sent after the restart', async () => {
  const journal = join(tempDir(), 'journal');
  mkdirSync(journal);
  const port = await freePort();
  const { service, again, admin, save } = await start(
    `stores: {db: {driver: postgresql, url: 'postgres://postgres@127.0.0.1:${port}/postgres', connectTimeout: 300ms, policies: [{writeBehind: {journal: '${journal}'}}]}}`,
  );
  await waitFor('liveness', async () => (await status(`${admin}/livez`)) === 200);
  for (let key = 0; key < 20; key += 1) expect(await save('db', `k${key}`, key)).toBe(204);
  await service.stop('SIGKILL');
  const postgres = await startPostgres({ port });
  onTestFinished(() => postgres.stop());
  const next = again();
  const plain = buildStores(`stores: {db: {driver: postgresql, url: '${postgres.url}'}}`);
  onTestFinished(() => closeAll(plain));
  const arrived = async () => (await getStore(plain, 'db').list({ limit: 100 })).keys.length === 20;
  await waitFor('every write in the database', arrived);
  const text = await (await fetch(`${admin}/metrics`)).text();
  expect(text).toContain('podkit_ambassador_write_behind_entries{store="db"}');
  await next.stop();
});

test.each([
  ['an unknown command', ['migrat'], 1],
  ['an unknown flag', ['--prot=1'], 2],
])('%s ends it with its exit code', async (_what, args, code) => {
  const { service } = await start('stores: {a: {driver: memory}}', args);
  expect((await service.exited).code).toBe(code);
});

test('a file with faults ends it with 2, and names the line', async () => {
  const { service } = await start('stores:\n  a:\n    driver: memory\n    maxByte: 1Mi\n');
  expect((await service.exited).code).toBe(2);
  expect(service.output.join('\n')).toContain(':4:5: stores.a.maxByte: no such key; did you mean maxBytes?');
});

test('both endpoints listen on Unix sockets, also where a killed process has left its own, and a Redis may be behind one', async () => {
  const folder = tempDir();
  const [dapr, endpoint, behind] = ['dapr.sock', 'redis-endpoint.sock', 'redis.sock'].map((name) => join(folder, name));
  const redis = await startRedis({ args: ['--unixsocket', behind ?? ''] });
  onTestFinished(() => redis.stop());
  const env = { AMBASSADOR_SOCKET: dapr ?? '', AMBASSADOR_REDIS_SOCKET: endpoint ?? '' };
  const { service, again, admin } = await start(`stores: {main: {driver: redis, url: 'unix://${behind}'}}`, [], env);
  const cli = (...words: string[]) =>
    execFileSync('redis-cli', ['-s', endpoint ?? '', ...words], { encoding: 'utf8' }).trim();
  const works = async () => {
    await waitFor('readiness', async () => (await status(`${admin}/readyz`)) === 200);
    expect(cli('SET', 'k', '"over a socket"')).toBe('OK');
    expect(await overSocket(dapr ?? '', '/v1.0/state/main/k')).toBe('"over a socket"');
    expect(cli('RPUSH', 'list', 'a')).toMatch(/^\d$/);
  };
  await works();
  await service.stop('SIGKILL');
  const next = again();
  await works();
  expect(await next.stop()).toEqual({ code: 0, signal: null });
});

async function overSocket(socketPath: string, path: string): Promise<string> {
  const [response] = (await once(get({ socketPath, path }), 'response')) as [IncomingMessage];
  return Buffer.concat(await response.toArray()).toString();
}
