import { chownSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeAuthority } from '@podkit/chassis/testing/certificates';
import { deadline } from '@podkit/chassis/testing/deadline';
import { freePort } from '@podkit/chassis/testing/free-port';
import { startPostgres, startRedis, type TestServer } from '@podkit/chassis/testing/servers';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { Engine } from '../../src/routing/engine.ts';
import { ask } from '../support/mixed-endpoint.ts';
import { openEndpoint, rawClient } from '../support/redis-endpoint.ts';
import { buildStores, closeAll, getStore } from '../support/stores.ts';

const folder = mkdtempSync(join(tmpdir(), 'podkit-tls-'));
const ours = makeAuthority(folder, 'ours');
const other = makeAuthority(folder, 'other');
const server = ours.sign('server', 'IP:127.0.0.1,DNS:db.internal');
const client = ours.sign('client', 'DNS:client');
let redis: TestServer;
let redisTls: number;
let postgres: Awaited<ReturnType<typeof startPostgres>>;

beforeAll(async () => {
  redisTls = await freePort();
  const files = ['--tls-cert-file', server.cert, '--tls-key-file', server.key, '--tls-ca-cert-file', ours.cert];
  [redis, postgres] = await Promise.all([
    startRedis({ args: ['--tls-port', String(redisTls), '--tls-auth-clients', 'yes', ...files] }),
    startPostgres(),
  ]);
  await onlyTls(postgres);
});
afterAll(async () => {
  await Promise.all([redis.stop(), postgres.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

/** PostgreSQL takes no other connections than those with TLS from now on. */
async function onlyTls({ url, data }: { url: string; data: string }): Promise<void> {
  for (const [from, name] of [
    [server.cert, 'server.crt'],
    [server.key, 'server.key'],
  ] as const) {
    copyFileSync(from, join(data, name));
    if (process.getuid?.() === 0) chownSync(join(data, name), 65_534, 65_534);
  }
  writeFileSync(join(data, 'pg_hba.conf'), 'hostssl all all 127.0.0.1/32 trust\n');
  const admin = new Client({ connectionString: url });
  await admin.connect();
  await admin.query('ALTER SYSTEM SET ssl = on');
  await admin.query('SELECT pg_reload_conf()');
  await admin.end();
}

const mutual = `certFile: '${client.cert}', keyFile: '${client.key}'`;
const at = {
  redis: () => `driver: redis, url: 'rediss://127.0.0.1:${redisTls}'`,
  postgresql: () => `driver: postgresql, url: 'postgres://postgres@127.0.0.1:${postgres.port}/postgres'`,
};

function opened(backend: keyof typeof at, rest: string) {
  const generation = buildStores(`stores: {main: {${at[backend]()}${rest}}}`);
  onTestFinished(() => closeAll(generation));
  return { generation, store: getStore(generation, 'main') };
}

const backends = ['redis', 'postgresql'] as const;

test.each(backends)('%s over TLS, with its authority and our certificate, keeps what it is given', async (backend) => {
  const { store } = opened(backend, `, tls: {caFile: '${ours.cert}', ${mutual}}`);
  await store.set('k', Buffer.from('secret'));
  expect((await store.get('k'))?.value.toString()).toBe('secret');
});

test('commands are passed on over TLS, too', async () => {
  const { generation } = opened('redis', `, tls: {caFile: '${ours.cert}', ${mutual}}`);
  const endpoint = await openEndpoint(new Engine(generation));
  expect(await ask(await rawClient(endpoint.port), 'RPUSH list a\nLRANGE list 0 -1')).toEqual([
    ':1\r\n',
    '*1\r\n$1\r\na\r\n',
  ]);
});

test.each([
  ...backends.map((backend) => [backend, 'of another authority', other.cert, '', 'certificate'] as const),
  ...backends.map(
    (backend) => [backend, 'of another name', ours.cert, ', serverName: x.internal', 'x.internal'] as const,
  ),
])('%s with a certificate %s is refused, and the error says so', async (backend, _what, authority, name, reason) => {
  const { generation, store } = opened(backend, `, tls: {caFile: '${authority}', ${mutual}${name}}`);
  await expect(store.get('k')).rejects.toMatchObject({
    code: 'ERR_UNAVAILABLE',
    message: expect.stringContaining(reason) as string,
  });
  if (backend !== 'redis') return;
  const endpoint = await openEndpoint(new Engine(generation));
  const [response] = await ask(await rawClient(endpoint.port), 'RPUSH list a');
  expect(response).toMatch(new RegExp(`^-ERR upstream: .*${reason}`));
});

test.each(backends)('%s is known by the name that is configured, whatever its address', async (backend) => {
  const { store } = opened(backend, `, tls: {caFile: '${ours.cert}', ${mutual}, serverName: db.internal}`);
  await store.set('k', Buffer.from('1'));
  expect(await store.delete('k')).toBe(true);
});

test('a Redis that wants our certificate refuses us without, and the error says so', async () => {
  const { store } = opened('redis', `, tls: {caFile: '${ours.cert}'}`);
  await expect(store.get('k')).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' });
});

test.each([
  ['without TLS', '', /no encryption|SSL off/],
  ['by the sslmode of its URL', '?sslmode=require', /unable to verify|self-signed/],
])('a PostgreSQL asked %s is not asked in clear text by mistake', async (_what, query, reason) => {
  const generation = buildStores(
    `stores: {main: {driver: postgresql, url: 'postgres://postgres@127.0.0.1:${postgres.port}/postgres${query}'}}`,
  );
  onTestFinished(() => closeAll(generation));
  await expect(getStore(generation, 'main').get('k')).rejects.toMatchObject({
    code: 'ERR_UNAVAILABLE',
    message: expect.stringMatching(reason) as string,
  });
});

test('a statement over TLS that takes too long is cancelled over TLS', async () => {
  const { store } = opened(
    'postgresql',
    `, commandTimeout: ${deadline(200)}ms, tls: {caFile: '${ours.cert}', ${mutual}}`,
  );
  await store.set('locked', Buffer.from('old'));
  const session = new Client({ connectionString: postgres.url, ssl: { ca: readFileSync(ours.cert) } });
  await session.connect();
  onTestFinished(() => session.end());
  await session.query("BEGIN; SELECT * FROM state WHERE key = 'locked' FOR UPDATE");
  const late = store.set('locked', Buffer.from('late'));
  await expect(late).rejects.toMatchObject({ code: 'ERR_TIMEOUT', outcome: 'not-applied' });
});
