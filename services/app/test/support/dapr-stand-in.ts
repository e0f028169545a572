import { randomUUID } from 'node:crypto';
import fastify from 'fastify';
import { onTestFinished } from 'vitest';

type Item = { key: string; value: unknown; etag?: string; options?: { concurrency?: string } };

/**
 * A stand-in for the ambassador's Dapr state API in memory, as Dapr's in-memory store answers. The real ambassador with
 * this app is tested where the whole suite is started.
 */
export async function startDapr(): Promise<{ url: string; tokens: unknown[]; stop: () => Promise<void> }> {
  const items = new Map<string, { value: unknown; etag: string }>();
  const tokens: unknown[] = [];
  const server = fastify();
  server.addHook('onRequest', async ({ headers }) => void tokens.push(headers['dapr-api-token']));
  server.get('/v1.0/healthz', (_request, reply) => reply.code(204).send());
  server.get<{ Params: { key: string } }>('/v1.0/state/notes/:key', ({ params }, reply) => {
    const item = items.get(params.key);
    if (item === undefined) return reply.code(204).send();
    return reply.header('etag', item.etag).header('x-podkit-tier', 'memory').send(JSON.stringify(item.value));
  });
  server.post<{ Body: Item[] }>('/v1.0/state/notes', ({ body }, reply) => {
    for (const { key, value, etag, options } of body) {
      const known = items.get(key);
      const guarded = options?.concurrency === 'first-write' && etag === undefined;
      if ((etag !== undefined && known?.etag !== etag) || (guarded && known !== undefined))
        return reply.code(409).send({ errorCode: 'ERR_STATE_SAVE', message: 'possible etag mismatch' });
      items.set(key, { value, etag: randomUUID() });
    }
    return reply.code(204).send();
  });
  server.delete<{ Params: { key: string } }>('/v1.0/state/notes/:key', ({ params, headers }, reply) => {
    const known = items.get(params.key);
    if (headers['if-match'] !== undefined && known?.etag !== headers['if-match'])
      return reply.code(409).send({ errorCode: 'ERR_STATE_DELETE', message: 'possible etag mismatch' });
    items.delete(params.key);
    return reply.code(204).send();
  });
  server.get<{ Querystring: { prefix: string; limit: string; token?: string } }>(
    '/v1.0-alpha1/state/notes/keys',
    ({ query }) => {
      const all = [...items.keys()].filter((key) => key.startsWith(query.prefix)).toSorted();
      const after = all.filter((key) => query.token === undefined || key > query.token);
      const keys = after.slice(0, Number(query.limit));
      return { keys, ...(after.length > keys.length ? { token: keys.at(-1) } : {}) };
    },
  );
  const url = await server.listen({ port: 0, host: '127.0.0.1' });
  onTestFinished(() => server.close());
  return { url, tokens, stop: () => server.close() };
}
