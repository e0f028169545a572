import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { intercept } from '../../src/store/intercept.ts';
import { StoreError } from '../../src/store/store-error.ts';
import { daprApi } from '../support/dapr-api.ts';
import { getStore, startQueryStores } from '../support/stores.ts';

let stores: Awaited<ReturnType<typeof startQueryStores>>;

beforeAll(async () => {
  stores = await startQueryStores();
});
afterAll(() => stores.stop());

type Page = { results: { key: string }[]; token?: string };

describe.each(['memory', 'postgresql'])('store %s', (name) => {
  /** Keys of each batch that the store was asked for. */
  let batches: number[];
  let failAt: number;
  const keys = Array.from({ length: 250 }, (_, index) => `k${String(index).padStart(3, '0')}`);
  let api: ReturnType<typeof daprApi>;
  const post = (url: string, body: unknown) => api.inject({ method: 'POST', url, payload: JSON.stringify(body) });

  beforeAll(async () => {
    const inner = getStore(stores.generation, name);
    await inner.writeMany(keys.map((key) => ({ kind: 'set', key, value: Buffer.from(`{"key":"${key}"}`) })));
    const store = intercept(inner, async (operation, run) => {
      if (operation.name === 'getMany' && batches.push(operation.keys.length) === failAt)
        throw new StoreError('ERR_UNAVAILABLE', 'away');
      return run();
    });
    api = daprApi(
      { stores: new Map([[name, { store, raw: undefined }]]), redisStore: name },
      { maxBody: 10_000, queryMaxPage: 100 },
    );
  });
  afterAll(() => api.close());
  beforeEach(() => {
    batches = [];
    failAt = 0;
  });

  test.each([{}, { limit: 0 }])(
    'a query with the page %j has the largest page, and the token of the next',
    async (page) => {
      const found: string[] = [];
      const sizes: number[] = [];
      for (let token: string | undefined = ''; token !== undefined; ) {
        const response = await post(`/v1.0-alpha1/state/${name}/query`, { page: { ...page, token } });
        const next = response.json<Page>();
        sizes.push(next.results.length);
        found.push(...next.results.map(({ key }) => key));
        token = next.token;
      }
      expect(sizes).toEqual([100, 100, 50]);
      expect(found).toEqual(keys);
    },
  );

  test('a query for a larger page is refused by name', async () => {
    const response = await post(`/v1.0-alpha1/state/${name}/query`, { page: { limit: 101 } });
    expect(response.statusCode).toBe(500);
    expect(response.json()).toMatchObject({
      errorCode: 'ERR_STATE_QUERY',
      message: expect.stringContaining('ERR_TOO_LARGE: page.limit is more than AMBASSADOR_QUERY_MAX_PAGE, 100'),
    });
  });

  test('a bulk get reads a hundred keys at a time', async () => {
    const asked = [...keys, 'none', 'k000'];
    const response = await post(`/v1.0/state/${name}/bulk`, { keys: asked });
    expect(response.json<{ key: string; data?: unknown }[]>().map(({ key, data }) => [key, data])).toEqual(
      asked.map((key) => [key, key === 'none' ? undefined : { key }]),
    );
    expect(batches).toEqual([100, 100, 52]);
  });

  test('a bulk get of which a later batch fails has the error for each of its keys; of the first, it fails', async () => {
    failAt = 2;
    const items = (await post(`/v1.0/state/${name}/bulk`, { keys })).json<{ error?: string }[]>();
    expect(items.map(({ error }) => error)).toEqual(
      keys.map((_, index) => (index >= 100 && index < 200 ? 'away' : undefined)),
    );
    failAt = 4;
    expect((await post(`/v1.0/state/${name}/bulk`, { keys })).json()).toMatchObject({
      errorCode: 'ERR_STATE_BULK_GET',
    });
  });
});
