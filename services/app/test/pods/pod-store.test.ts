import { tempDir } from '@podkit/chassis/testing/temp-dir';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PodStore } from '../../src/pods/pod-store.ts';
import { killSweep } from '../support/kill-sweep.ts';
import { startApp } from '../support/start-app.ts';

test('what was acknowledged survives SIGKILL at any moment', async () => {
  const { acknowledged, lost } = await killSweep(tempDir(), 5);
  expect(acknowledged).toBeGreaterThan(0);
  expect(lost).toBe(0);
});

test('a store returns the last value of each key, also after it was opened again', async () => {
  const change = fc.record({
    key: fc.constantFrom('a', 'b', '..', ''),
    bytes: fc.option(fc.uint8Array({ maxLength: 50 })),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 20 }), async (changes) => {
      const folder = tempDir();
      const expected = new Map<string, Uint8Array>();
      const store = new PodStore({ folder, limit: 2 ** 20 });
      const done = changes.map(({ key, bytes }) => {
        if (bytes === null) expected.delete(key);
        else expected.set(key, bytes);
        return bytes === null ? store.delete(key) : store.put(key, { type: 't', bytes });
      });
      await Promise.all(done);
      expect(store.keys).toBe(expected.size);
      store.close({});
      const again = new PodStore({ folder, limit: 2 ** 20 });
      for (const key of ['a', 'b', '..', '']) {
        const value = again.get(key);
        expect(value && [...value.bytes]).toEqual(expected.get(key) && [...(expected.get(key) ?? [])]);
      }
      expect(again.keys).toBe(expected.size);
      again.close({});
    }),
    { numRuns: 20 },
  );
});

test('of changes that share a transaction only the one that does not fit is refused', async () => {
  const store = new PodStore({ folder: tempDir(), limit: 65_536 });
  const put = (key: string, size: number) => store.put(key, { type: 't', bytes: Buffer.alloc(size, 1) });
  const results = await Promise.allSettled([put('a', 10), put('large', 100_000), put('b', 10)]);
  expect(results).toMatchObject([
    { status: 'fulfilled', value: true },
    { status: 'rejected', reason: { code: 'ERR_DATA_FULL' } },
    { status: 'fulfilled', value: true },
  ]);
  expect([store.get('large'), store.keys]).toEqual([undefined, 2]);
  store.close({});
});

test('a database at APP_DATA_LIMIT is 507 and loses nothing; once there is space, keys are accepted again', async () => {
  const data = tempDir();
  const app = await startApp({ APP_DATA: data, APP_DATA_LIMIT: '64Ki' });
  const request = async (method: string, key: string) =>
    fetch(`${app.url}/api/pods/self/data/${key}`, { method, ...(method === 'PUT' ? { body: 'x'.repeat(5000) } : {}) });
  const kept: string[] = [];
  let status = 0;
  for (let index = 0; index < 100 && status !== 507; index += 1) {
    ({ status } = await request('PUT', `key-${index}`));
    if (status === 201) kept.push(`key-${index}`);
  }
  expect([status, kept.length > 3]).toEqual([507, true]);
  for (const key of kept) expect((await request('GET', key)).status).toBe(200);
  for (const key of kept.slice(0, 3)) expect((await request('DELETE', key)).status).toBe(204);
  expect((await request('PUT', 'later')).status).toBe(201);
});
