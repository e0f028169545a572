import { messageOf } from '@podkit/chassis/errors';
import type { Server } from '@podkit/chassis/http/server';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { membersSchema } from '../shard/membership.ts';
import { recordSchema } from '../shard/record.ts';
import type { Shard } from '../shard/shard.ts';
import type { ShardSync } from '../shard/shard-sync.ts';
import { isPeer } from './shard-routes.ts';

const hello = Type.Object({ from: Type.Integer({ minimum: 0 }), members: membersSchema, sync: Type.Boolean() });
const asker = Type.Object({ from: Type.Integer({ minimum: 0 }) });
const params = Type.Object({ key: Type.String({ minLength: 1, maxLength: 512 }) });

export type ShardPeerRoutesOptions = { shard: Shard; sync: ShardSync; token: string | undefined; bodyLimit: number };

const statuses: Record<string, number> = {
  ERR_SHARD_STRANGER: 409,
  ERR_SHARD_UNAVAILABLE: 503,
  ERR_SHARD_FULL: 507,
  ERR_JOURNAL_WRITE: 503,
};

/** What a peer is told that may come again; anything else is the server's to report. */
function refuse(error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void {
  const status = statuses[error.code];
  if (status === undefined) throw error;
  void reply.code(status).send({ code: error.code, message: messageOf(error) });
}

/** `/api/shard-peer`: what the Pods of the service ask each other, guarded by APP_SHARD_TOKEN where it is set. */
export function shardPeerRoutes(server: Server, { shard, sync, token, bodyLimit }: ShardPeerRoutesOptions): void {
  const guard = async (request: FastifyRequest, reply: FastifyReply) => {
    if (isPeer({ token }, request)) return;
    await reply.code(401).send({ code: 'ERR_TOKEN', message: 'only Pods of this service may ask this' });
  };
  const quiet = { onRequest: guard, config: { quiet: true }, errorHandler: refuse };

  server.post<{ Body: Static<typeof hello> }>(
    '/api/shard-peer/hello',
    { ...quiet, schema: { body: hello } },
    async ({ body }) => ({ members: await sync.answerHello(body.from, body.members, body.sync) }),
  );
  server.get<{ Params: { key: string }; Querystring: { from: number } }>(
    '/api/shard-peer/keys/:key',
    { ...quiet, schema: { params, querystring: asker } },
    async (request, reply) => {
      const record = await shard.recordFor(request.params.key, request.query.from);
      return record ?? reply.code(204).send();
    },
  );
  server.put<{ Body: Static<typeof recordSchema> }>(
    '/api/shard-peer/keys/:key',
    // Base64 is a third longer than the value.
    { ...quiet, bodyLimit: bodyLimit * 2 + 4096, schema: { params, body: recordSchema } },
    async ({ body }, reply) => {
      await shard.accept(body);
      return reply.code(204).send();
    },
  );
}
