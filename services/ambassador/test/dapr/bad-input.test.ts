import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Generation } from '../../src/routing/engine.ts';
import { daprApi } from '../support/dapr-api.ts';
import { buildStores, closeAll, startBackends } from '../support/stores.ts';

const folder = mkdtempSync(join(tmpdir(), 'podkit-bad-input-'));
let backends: Awaited<ReturnType<typeof startBackends>>;
let generation: Generation;
let api: ReturnType<typeof daprApi>;
beforeAll(async () => {
  backends = await startBackends();
  generation = buildStores(`
stores:
  memory: {driver: memory}
  redis: {driver: redis, url: '${backends.redis.url}'}
  postgresql: {driver: postgresql, url: '${backends.postgres.url}'}
  behind: {driver: postgresql, url: '${backends.postgres.url}', tablePrefix: b_, policies: [writeBehind: {journal: '${folder}'}]}
`);
  api = daprApi(generation);
});
afterAll(async () => {
  await api.close();
  await closeAll(generation);
  await backends.stop();
  rmSync(folder, { recursive: true, force: true });
});

const save = (store: string, items: unknown) =>
  api.inject({ method: 'POST', url: `/v1.0/state/${store}`, payload: JSON.stringify(items) });
const read = (store: string, key: string) => api.inject(`/v1.0/state/${store}/${encodeURIComponent(key)}`);

const shapes = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '0',
    '-1',
    '1e3',
    ' 1',
    '00000000-0000-0000-0000-000000000000',
    'wb-1',
    's'.padEnd(41, '0'),
    '*',
    '"1"',
  ),
  fc.bigInt().map(String),
);

describe.each(['memory', 'redis', 'postgresql', 'behind'])('store %s', (store) => {
  test('an etag of any shape that is not the current one is a conflict or refused, and changes nothing', async () => {
    await save(store, [{ key: 'guarded', value: 'kept' }]);
    const { etag: current } = (await read(store, 'guarded')).headers;
    await fc.assert(
      fc.asyncProperty(
        shapes.filter((etag) => etag !== current && etag !== ''),
        async (etag) => {
          const saved = await save(store, [{ key: 'guarded', value: 'lost', etag }]);
          expect([400, 409]).toContain(saved.statusCode);
          const url = `/v1.0/state/${store}/transaction`;
          const request = { key: 'guarded', value: 'lost', etag };
          const payload = JSON.stringify({ operations: [{ operation: 'upsert', request }] });
          expect((await api.inject({ method: 'POST', url, payload })).statusCode).toBe(500);
          expect((await read(store, 'guarded')).body).toBe('"kept"');
        },
      ),
      { numRuns: 25 },
    );
  });

  test('a key of any characters is kept, or refused with a reason', async () => {
    const keys = fc
      .string({ unit: 'binary', minLength: 1 })
      .filter((key) => key.isWellFormed() && !/^\.{1,2}$/.test(key));
    await fc.assert(
      fc.asyncProperty(keys, async (key) => {
        const saved = await save(store, [{ key, value: key }]);
        const taken = saved.statusCode === 204;
        expect(saved.body).toMatch(taken ? /^$/ : /^\{"errorCode":"ERR_/);
        expect((await read(store, key)).body === JSON.stringify(key)).toBe(taken);
        expect(saved.statusCode).toBeLessThan(500);
      }),
      { numRuns: 40 },
    );
  });

  test('bodies of any JSON are taken or refused, and never break the api', async () => {
    const item = fc.record(
      {
        key: fc.oneof(fc.string(), fc.jsonValue()),
        value: fc.jsonValue(),
        etag: fc.jsonValue(),
        metadata: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.array(item), fc.jsonValue()), async (items) => {
        const { statusCode, body } = await save(store, items);
        expect([204, 400, 409, 413, 500]).toContain(statusCode);
        expect(body).toMatch(statusCode === 204 ? /^$/ : /^\{"errorCode":"ERR_/);
      }),
      { numRuns: 40 },
    );
  });
});

/** Items whose JSON has so many bytes. */
const createItems = (length: number) => {
  const empty = JSON.stringify([{ key: 'limit', value: '' }]);
  return [{ key: 'limit', value: 'x'.repeat(length - empty.length) }];
};

test('a body at the limit is taken, one more byte is refused', async () => {
  expect((await save('memory', createItems(1000))).statusCode).toBe(204);
  expect((await save('memory', createItems(1001))).statusCode).toBe(400);
  expect((await read('memory', 'limit')).body.length).toBeLessThan(1000);
});
