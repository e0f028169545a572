import { HttpClient } from '@podkit/chassis/http/client';
import { startRedis } from '@podkit/chassis/testing/servers';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { matchesStrongly, matchesWeakly, parseEtags } from '../src/http/etag-condition.ts';
import { notesRoutes } from '../src/http/notes-routes.ts';
import { DaprStore } from '../src/notes/dapr-store.ts';
import type { NoteStore } from '../src/notes/note-store.ts';
import { Notes } from '../src/notes/notes.ts';
import { RedisStore } from '../src/notes/redis-store.ts';
import { startDapr } from './support/dapr-stand-in.ts';
import { createTestServer } from './support/test-server.ts';

type Backend = { store: NoteStore; stop: () => Promise<void> };

async function daprBackend(): Promise<Backend> {
  const dapr = await startDapr();
  return {
    store: new DaprStore(new HttpClient(), { url: dapr.url, store: 'notes', timeout: 30_000 }),
    stop: dapr.stop,
  };
}

async function redisBackend(): Promise<Backend> {
  const redis = await startRedis();
  onTestFinished(() => redis.stop('SIGKILL'));
  return { store: new RedisStore({ url: redis.url, timeout: 30_000 }), stop: () => redis.stop('SIGKILL') };
}

function serve(store: NoteStore) {
  const server = createTestServer();
  notesRoutes(server, { notes: new Notes(store), bodyLimit: 1000 });
  onTestFinished(async () => {
    await server.close();
    await store.close();
  });
  return {
    get: (id: string, headers = {}) => server.inject({ url: `/api/notes/${id}`, headers }),
    put: (id: string, text: unknown, headers = {}) =>
      server.inject({ method: 'PUT', url: `/api/notes/${id}`, headers, payload: { text } }),
    delete: (id: string, headers = {}) => server.inject({ method: 'DELETE', url: `/api/notes/${id}`, headers }),
    list: (query = '') => server.inject({ url: `/api/notes${query}` }),
    server,
  };
}

describe.each([
  ['the Dapr API', daprBackend],
  ['the Redis protocol', redisBackend],
])('notes over %s', (_name, backend) => {
  test('are created, replaced, read and deleted, with an ETag that changes with the text', async () => {
    const notes = serve((await backend()).store);
    const created = await notes.put('x', 'one');
    expect([created.statusCode, created.json()]).toEqual([201, expect.objectContaining({ id: 'x', text: 'one' })]);
    const replaced = await notes.put('x', 'two');
    expect(replaced.statusCode).toBe(200);
    expect(replaced.headers.etag).not.toBe(created.headers.etag);
    const read = await notes.get('x');
    expect([read.json().text, read.headers.etag]).toEqual(['two', replaced.headers.etag]);
    expect((await notes.get('x', { 'if-none-match': read.headers.etag })).statusCode).toBe(304);
    expect((await notes.delete('x')).statusCode).toBe(204);
    expect([(await notes.get('x')).statusCode, (await notes.delete('x')).statusCode]).toEqual([404, 404]);
  });

  test('do not change when the same text is put again', async () => {
    const notes = serve((await backend()).store);
    const first = await notes.put('x', 'same');
    const second = await notes.put('x', 'same');
    expect([second.statusCode, second.headers.etag, second.json()]).toEqual([200, first.headers.etag, first.json()]);
  });

  test('let exactly one of many conflicting writers win', async () => {
    const notes = serve((await backend()).store);
    const { headers } = await notes.put('x', 'start');
    const writers = Array.from({ length: 10 }, (_, index) =>
      notes.put('x', `writer ${index}`, { 'if-match': headers.etag }),
    );
    const statuses = (await Promise.all(writers)).map(({ statusCode }) => statusCode);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 412)).toHaveLength(9);
    const creators = Array.from({ length: 5 }, (_, index) => notes.put('new', `${index}`, { 'if-none-match': '*' }));
    expect((await Promise.all(creators)).map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([
      201, 412, 412, 412, 412,
    ]);
  });

  test('refuse a delete whose ETag is old', async () => {
    const notes = serve((await backend()).store);
    const { headers } = await notes.put('x', 'one');
    await notes.put('x', 'two');
    expect((await notes.delete('x', { 'if-match': headers.etag })).statusCode).toBe(412);
    expect((await notes.get('x')).statusCode).toBe(200);
  });

  test('are listed a page at a time, each once', async () => {
    const notes = serve((await backend()).store);
    for (let index = 0; index < 7; index += 1) await notes.put(`n${index}`, 'text');
    const ids: string[] = [];
    let cursor = '';
    do {
      const { notes: page, next = '' } = (await notes.list(`?limit=3${cursor}`)).json();
      ids.push(...page.map(({ id }: { id: string }) => id));
      cursor = next === '' ? '' : `&cursor=${encodeURIComponent(next)}`;
    } while (cursor !== '');
    expect(ids.toSorted()).toEqual(Array.from({ length: 7 }, (_, index) => `n${index}`));
  });

  test('say 503 when the store is down, and show what was last seen of a note', async () => {
    const { store, stop } = await backend();
    const notes = serve(store);
    await notes.put('x', 'remembered');
    await stop();
    const read = await notes.get('x');
    expect([read.statusCode, read.headers['x-degraded'], read.json().text]).toEqual([200, 'stale', 'remembered']);
    for (const response of [await notes.get('other'), await notes.put('x', 'new'), await notes.list()]) {
      expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '1']);
      expect(response.json().code).toBe('ERR_STORE_UNAVAILABLE');
    }
  });
});

describe('a bad request for a note', () => {
  test('gets a status and a code that say what is wrong, and changes nothing', async () => {
    const notes = serve((await daprBackend()).store);
    const put = (headers: Record<string, string>, payload: string) =>
      notes.server.inject({ method: 'PUT', url: '/api/notes/x', headers, payload });
    const json = { 'content-type': 'application/json' };
    const responses = [
      await put(json, '{"text":'),
      await put(json, '{"text":1}'),
      await put(json, '{"text":"a","more":1}'),
      await put(json, '"text"'.padEnd(2000)),
      await put({ 'content-type': 'image/png' }, 'png'),
      await put({ ...json, 'if-match': 'rubbish' }, '{"text":"a"}'),
      await notes.get('a%2Fb'),
      await notes.get('x'.repeat(129)),
      await notes.list('?limit=501'),
    ];
    expect(responses.map(({ statusCode }) => statusCode)).toEqual([400, 400, 400, 413, 415, 400, 400, 400, 400]);
    expect((await notes.get('x')).statusCode).toBe(404);
  });

  test('is not a text sent as text/plain', async () => {
    const notes = serve((await daprBackend()).store);
    const headers = { 'content-type': 'text/plain' };
    await notes.server.inject({ method: 'PUT', url: '/api/notes/x', headers, payload: 'plain ünï' });
    expect((await notes.get('x')).json().text).toBe('plain ünï');
  });
});

describe('the ambassador', () => {
  test('gets the token as it is now', async () => {
    const dapr = await startDapr();
    let token = 'one';
    const store = new DaprStore(new HttpClient(), {
      url: dapr.url,
      store: 'notes',
      timeout: 30_000,
      token: () => token,
    });
    await store.get('x');
    token = 'two';
    await store.get('x');
    store.close();
    expect(dapr.tokens).toEqual(['one', 'two']);
  });
});

describe('entity tags', () => {
  const tag = fc.string({ unit: fc.constantFrom('a', 'Z', '9', ',', '!', '/', '~') });

  test('are read from lists, weak and strong, whatever they contain', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ weak: fc.boolean(), tag }), { minLength: 1 }), (list) => {
        const header = list.map(({ weak, tag: text }) => `${weak ? 'W/' : ''}"${text}"`).join(', ');
        expect(parseEtags(header)).toEqual(list);
      }),
    );
  });

  test('compare strongly for If-Match and weakly for If-None-Match', () => {
    expect(matchesStrongly(parseEtags('W/"a"'), 'a')).toBe(false);
    expect(matchesWeakly(parseEtags('W/"a"'), 'a')).toBe(true);
    expect([matchesStrongly('*', 'a'), matchesStrongly('*', undefined)]).toEqual([true, false]);
  });

  test('are refused when malformed', () => {
    for (const header of ['', 'a', '"a', 'a"', 'W/a', '"a" "b"', '*, "a"'])
      expect(() => parseEtags(header)).toThrow(/not an entity tag/);
  });
});
