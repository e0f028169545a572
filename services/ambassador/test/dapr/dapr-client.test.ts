import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommunicationProtocolEnum, DaprClient, StateConcurrencyEnum, StateConsistencyEnum } from '@dapr/dapr';
import { deadline } from '@podkit/chassis/testing/deadline';
import { freePort } from '@podkit/chassis/testing/free-port';
import { type SpawnedService, spawnService } from '@podkit/chassis/testing/spawn-service';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBackends } from '../support/stores.ts';

const main = join(import.meta.dirname, '../../src/main.ts');
const folder = mkdtempSync(join(tmpdir(), 'podkit-dapr-'));
let backends: Awaited<ReturnType<typeof startBackends>>;
let service: SpawnedService;
let client: DaprClient;
let base: string;

beforeAll(async () => {
  backends = await startBackends();
  const port = await freePort();
  const adminPort = await freePort();
  const redisPort = await freePort();
  const config = join(folder, 'ambassador.yaml');
  writeFileSync(
    config,
    `stores:
  memory: {driver: memory}
  redis: {driver: redis, url: '${backends.redis.url}'}
  postgresql: {driver: postgresql, url: '${backends.postgres.url}'}
`,
  );
  service = spawnService(main, {
    env: {
      PORT: String(port),
      ADMIN_PORT: String(adminPort),
      REDIS_PORT: String(redisPort),
      AMBASSADOR_CONFIG: config,
      AMBASSADOR_API_TOKEN: 'open-sesame',
      AMBASSADOR_SOCKET: join(folder, 'dapr.socket'),
      LOG_LEVEL: 'warn',
      DRAIN_DELAY: '0',
    },
  });
  base = `http://127.0.0.1:${port}`;
  await waitFor('the service to answer', async () => (await fetch(`${base}/v1.0/healthz`)).ok);
  client = new DaprClient({
    daprHost: '127.0.0.1',
    daprPort: String(port),
    communicationProtocol: CommunicationProtocolEnum.HTTP,
    daprApiToken: 'open-sesame',
  });
});

afterAll(async () => {
  await service.stop();
  await backends.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe.each(['memory', 'redis', 'postgresql'])('the DaprClient on %s', (store) => {
  test('saves and gets values of every JSON type', async () => {
    const values = { object: { a: [1, { b: null }] }, text: 'käse', number: 1.5, list: [1, 2], yes: true };
    const items = Object.entries(values).map(([key, value]) => ({ key, value }));
    expect(await client.state.save(store, items)).toMatchObject({});
    for (const [key, value] of Object.entries(values)) expect(await client.state.get(store, key)).toEqual(value);
    expect(await client.state.get(store, 'never-saved')).toBe('');
  });

  test('gets many at once, with etags', async () => {
    await client.state.save(store, [
      { key: 'bulk-1', value: 'one' },
      { key: 'bulk-2', value: 2 },
    ]);
    const found = await client.state.getBulk(store, ['bulk-1', 'bulk-2', 'bulk-none']);
    expect(found.map(({ data }) => data)).toEqual(['one', 2, undefined]);
    expect(found[0]?.etag).toMatch(/./);
  });

  test('deletes, and not with an etag of before', async () => {
    await client.state.save(store, [{ key: 'gone', value: 1 }]);
    const [item] = await client.state.getBulk(store, ['gone']);
    await client.state.save(store, [{ key: 'gone', value: 2 }]);
    const refused = await client.state.delete(store, 'gone', { etag: item?.etag ?? '' });
    expect(refused.error).toBeDefined();
    expect(await client.state.get(store, 'gone')).toBe(2);
    await client.state.delete(store, 'gone');
    expect(await client.state.get(store, 'gone')).toBe('');
  });

  test('runs a transaction', async () => {
    await client.state.save(store, [{ key: 'tx-old', value: 1 }]);
    await client.state.transaction(store, [
      { operation: 'upsert', request: { key: 'tx-new', value: { n: 1 } } },
      { operation: 'delete', request: { key: 'tx-old' } },
    ]);
    expect(await client.state.get(store, 'tx-new')).toEqual({ n: 1 });
    expect(await client.state.get(store, 'tx-old')).toBe('');
  });

  test('honours first-write and time to live', async () => {
    const firstWrite = {
      concurrency: StateConcurrencyEnum.CONCURRENCY_FIRST_WRITE,
      consistency: StateConsistencyEnum.CONSISTENCY_STRONG,
    };
    await client.state.delete(store, 'first');
    expect((await client.state.save(store, [{ key: 'first', value: 1, options: firstWrite }])).error).toBeUndefined();
    expect((await client.state.save(store, [{ key: 'first', value: 2, options: firstWrite }])).error).toBeDefined();
    // Long enough to be read before it expires, on a slow machine too.
    const ttlInSeconds = String(Math.ceil(deadline(1000) / 1000));
    await client.state.save(store, [{ key: 'mortal', value: 1, metadata: { ttlInSeconds } }]);
    expect(await client.state.get(store, 'mortal')).toBe(1);
    await waitFor('the value to expire', async () => (await client.state.get(store, 'mortal')) === '');
  });
});

test.each(['memory', 'postgresql'])('the DaprClient queries %s', async (store) => {
  await client.state.save(store, [
    { key: 'q1', value: { city: 'Rome', size: 3 } },
    { key: 'q2', value: { city: 'Oslo', size: 1 } },
    { key: 'q3', value: { city: 'Rome', size: 2 } },
  ]);
  const { results } = await client.state.query(store, {
    filter: { EQ: { city: 'Rome' } },
    sort: [{ key: 'size', order: 'ASC' }],
    page: { limit: 10, token: '' },
  } as never);
  expect(results.map(({ key }) => key)).toEqual(['q3', 'q1']);
});

test('the DaprClient sees the metadata, and adds to it', async () => {
  await client.metadata.set('team', 'blue');
  const metadata = (await client.metadata.get()) as unknown as { components: { type: string }[]; extended: object };
  expect(metadata.components.map(({ type }) => type)).toEqual(['state.in-memory', 'state.redis', 'state.postgresql']);
  expect(metadata.extended).toMatchObject({ team: 'blue' });
});

test('callers without the token are refused, except for health', async () => {
  const refused = await fetch(`${base}/v1.0/metadata`);
  expect([refused.status, await refused.text()]).toEqual([401, 'invalid api token']);
  expect((await fetch(`${base}/v1.0/healthz/outbound`)).status).toBe(204);
});

test('values are kept byte for byte, also over a Unix socket', async () => {
  const raw = '{ "big": 9007199254740993,  "html": "<&>", "float": 1.0 }';
  const headers = { 'dapr-api-token': 'open-sesame' };
  await fetch(`${base}/v1.0/state/postgresql`, { method: 'POST', headers, body: `[{"key":"raw", "value": ${raw} }]` });
  const { request } = await import('node:http');
  const body = await new Promise<string>((resolve, reject) => {
    const asked = request(
      { socketPath: join(folder, 'dapr.socket'), path: '/v1.0/state/postgresql/raw', headers },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve(text));
      },
    );
    asked.on('error', reject).end();
  });
  expect(body).toBe(raw);
});
