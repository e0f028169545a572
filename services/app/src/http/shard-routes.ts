import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, messageOf } from '@podkit/chassis/errors';
import type { Server } from '@podkit/chassis/http/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { Forwarded, PeerClient } from '../shard/peer-client.ts';
import { MovedError, type Place, type Shard } from '../shard/shard.ts';
import { hasBearer } from './bearer.ts';

export type ShardRoutesOptions = {
  shard: Shard;
  peers: PeerClient;
  token: string | undefined;
  valueLimit: number;
  /** Milliseconds to look for the owner. */
  timeout: number;
  status: () => unknown;
};

const params = Type.Object({ key: Type.String({ minLength: 1, maxLength: 512 }) });
type Request = FastifyRequest<{ Params: { key: string }; Body: Buffer | undefined }>;

/** Set by a Pod that passes a request on: the ordinals it came through. */
const viaHeader = 'x-podkit-via';
/** Set by one that is leaving: the receiver has the key now, even if it has not heard of that yet. */
const forceHeader = 'x-podkit-force';
const mostHops = 4;
const retryPause = 100;

const statuses: Record<string, number> = {
  ERR_SHARD_UNAVAILABLE: 503,
  ERR_SHARD_FULL: 507,
  ERR_JOURNAL_WRITE: 507,
  ERR_NO_ANSWER: 503,
};

/** `/api/shard/{key}`: a value of any type, at whichever Pod it belongs to; any Pod takes the request. */
export function shardRoutes(server: Server, options: ShardRoutesOptions): void {
  server.get('/api/shard', (_request, reply) => {
    void reply.header('cache-control', 'no-store');
    return options.status();
  });
  void server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    const route = (
      method: 'GET' | 'PUT' | 'DELETE',
      act: (request: Request, reply: FastifyReply, forced: boolean) => Promise<unknown>,
    ) =>
      scope.route<{ Params: { key: string }; Body: Buffer | undefined }>({
        method,
        url: '/api/shard/:key',
        exposeHeadRoute: false,
        bodyLimit: options.valueLimit,
        schema: { params },
        handler: (request, reply) => atOwner(options, request, reply, act),
      });
    route('GET', async ({ params: { key } }, reply, forced) => {
      const record = await options.shard.get(key, forced);
      if (record === undefined) return reply.code(404).send({ code: 'ERR_NOT_FOUND', message: `no key "${key}"` });
      return (
        reply
          .header('x-shard-version', record.version)
          .header('x-content-type-options', 'nosniff')
          // A value is whatever somebody stored: it must not run as a page of this site.
          .header('content-security-policy', "default-src 'none'; sandbox")
          .type(record.type ?? 'application/octet-stream')
          .send(Buffer.from(record.value ?? '', 'base64'))
      );
    });
    route('PUT', async ({ params: { key }, body, headers }, reply, forced) => {
      const type = headers['content-type']?.slice(0, 200) ?? 'application/octet-stream';
      const { version } = await options.shard.put(key, body ?? Buffer.alloc(0), type, forced);
      return reply.send({ key, version, ordinal: options.shard.membership.self });
    });
    route('DELETE', async ({ params: { key } }, reply, forced) => {
      const existed = await options.shard.delete(key, forced);
      return existed
        ? reply.code(204).send()
        : reply.code(404).send({ code: 'ERR_NOT_FOUND', message: `no key "${key}"` });
    });
  });
}

/** Do it here where the key belongs here, else pass it on; an owner that is just changing is tried again for a while. */
async function atOwner(
  options: ShardRoutesOptions,
  request: Request,
  reply: FastifyReply,
  act: (request: Request, reply: FastifyReply, forced: boolean) => Promise<unknown>,
): Promise<unknown> {
  const deadline = performance.now() + options.timeout;
  const forced = request.headers[forceHeader] === '1' && isPeer(options, request);
  for (;;) {
    try {
      void reply.header('x-shard-ordinal', options.shard.membership.self);
      return await act(request, reply, forced);
    } catch (error) {
      const passedOn = error instanceof MovedError ? await passOn(options, request, reply, error.place) : error;
      if (passedOn === 'answered') return reply;
      const status = statuses[codeOf(passedOn) ?? ''];
      if (status === undefined) throw passedOn;
      if (status !== 503 || performance.now() > deadline) return refuse(reply, status, passedOn);
    }
    await sleep(retryPause);
  }
}

/** True when there is an answer, or the error where it may be tried again. */
async function passOn(
  { shard, peers }: ShardRoutesOptions,
  request: Request,
  reply: FastifyReply,
  { member, force }: Exclude<Place, 'here'>,
): Promise<'answered' | Error> {
  const via = [String(request.headers[viaHeader] ?? ''), String(shard.membership.self)].filter((part) => part !== '');
  if (via.join().split(',').length > mostHops)
    return Object.assign(new Error('the Pods disagree on where this key is'), { code: 'ERR_SHARD_UNAVAILABLE' });
  const headers: Record<string, string> = { [viaHeader]: via.join(), ...(force ? { [forceHeader]: '1' } : {}) };
  const type = request.headers['content-type'];
  if (type !== undefined) headers['content-type'] = type;
  const ask: Forwarded = {
    method: request.method,
    headers,
    ...(request.body === undefined ? {} : { body: request.body }),
  };
  try {
    const answer = await peers.forward(member.address, request.url, ask);
    // 503 is the peer's word that it has done nothing: it may have left, and another one be the owner.
    if (answer.status === 503)
      return Object.assign(new Error(answer.body.toString()), { code: 'ERR_SHARD_UNAVAILABLE' });
    for (const [name, value] of Object.entries(answer.headers))
      if (/^(content-(type|security-policy)|x-)/.test(name)) void reply.header(name, value);
    await reply.code(answer.status).send(answer.body);
    return 'answered';
  } catch (error) {
    return error as Error;
  }
}

function refuse(reply: FastifyReply, status: number, error: unknown): FastifyReply {
  if (status === 503) void reply.header('retry-after', '1');
  return reply.code(status).send({ code: codeOf(error) ?? 'ERR_SHARD_UNAVAILABLE', message: messageOf(error) });
}

/** Whether a request comes from a Pod of this service, as far as that is asked for. */
export function isPeer({ token }: { token: string | undefined }, request: FastifyRequest): boolean {
  return token === undefined || hasBearer(request.headers.authorization, token);
}
