import rateLimit from '@fastify/rate-limit';
import { PodkitError } from '@podkit/chassis/errors';
import { errorResponse, jsonResponse } from '@podkit/chassis/http/openapi';
import type { Server } from '@podkit/chassis/http/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import * as Type from 'typebox';
import type { Log } from '../log/log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { SyncedRepository } from '../sync/synced-repository.ts';
import { concerns, parsePush } from './pushed-ref.ts';
import { SharedBodies } from './shared-bodies.ts';
import { isAuthentic, isRefused } from './webhook-signature.ts';

/** Passes are bounded anyway: any number of triggers during a pass lead to one more pass. */
const limits = { max: 10, timeWindow: 10_000 };

/** Bytes of one push notification, and of all that are read at the same time. */
const bodyLimits = { each: 5 * 1024 * 1024, together: 16 * 1024 * 1024 };

const params = Type.Object({ name: Type.String() });
const statusResponse = (description: string) =>
  jsonResponse(description, Type.Object({ status: Type.String(), message: Type.String() }));
const description = {
  security: [{ token: [] }, { gitHub: [] }, { gitLab: [] }],
  response: {
    200: statusResponse('Ignored: another ref was pushed.'),
    202: statusResponse('Queued.'),
    401: statusResponse('No valid signature or token.'),
    413: errorResponse('The body is too large.'),
    429: errorResponse('Too many requests.'),
  },
};
const syncAll = { summary: 'Sync all repositories now', ...description };
const syncOne = {
  summary: 'Sync one repository now',
  params,
  ...description,
  response: { ...description.response, 404: statusResponse('No repository has that name.') },
};

/** How the sender of `POST /sync` proves that it knows the secret. */
export const triggerSecurity = {
  token: { type: 'http', scheme: 'bearer' },
  gitHub: { type: 'apiKey', in: 'header', name: 'x-hub-signature-256' },
  gitLab: { type: 'apiKey', in: 'header', name: 'x-gitlab-token' },
} as const;

export type TriggerOptions = {
  repositories: readonly SyncedRepository[];
  metrics: Metrics;
  log: Log;
  readSecret: () => Promise<string>;
};

declare module 'fastify' {
  // oxlint-disable-next-line typescript/consistent-type-definitions -- merging needs an interface
  interface FastifyRequest {
    /** Whether the sender of `POST /sync` proved that it knows the secret. */
    isAuthentic: boolean;
  }
}

/**
 * `POST /sync` starts a pass of every repository, `POST /sync/<name>` of one. The body may be a push notification; it
 * starts no pass of repositories that follow another ref.
 *
 * Accepted and refused requests have separate limits, so that an attacker can't use up the limit of the forge.
 */
export async function trigger(server: Server, options: TriggerOptions): Promise<void> {
  const { metrics, readSecret } = options;
  const bodies = new SharedBodies(bodyLimits);
  server.decorateRequest('isAuthentic', false);
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', async (request: FastifyRequest, payload: FastifyRequest['raw']) => {
    if (!isRefused(request.headers, await readSecret())) return bodies.read(payload);
    payload.resume();
    return undefined;
  });
  server.addHook('preValidation', async (request) => {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    request.isAuthentic = await isAuthentic(request.headers, body, await readSecret());
  });
  await server.register(rateLimit, {
    ...limits,
    hook: 'preHandler',
    keyGenerator: (request) => (request.isAuthentic ? 'accepted' : 'refused'),
    onExceeded: (request) => metrics.trigger(request.isAuthentic ? 'limited' : 'refused'),
    errorResponseBuilder: () => new PodkitError('ERR_RATE_LIMIT', 'too many requests'),
  });
  const { each: bodyLimit } = bodyLimits;
  server.post('/sync', { schema: syncAll, bodyLimit }, async (request, reply) => answer(request, reply, options));
  server.post('/sync/:name', { schema: syncOne, bodyLimit }, async (request, reply) => {
    const { name } = request.params;
    const named = options.repositories.filter((repository) => repository.name === name);
    return answer(request, reply, { ...options, repositories: named });
  });
}

/** Start the passes that a request asks for, and answer it. */
function answer(
  request: Pick<FastifyRequest, 'isAuthentic' | 'body'>,
  reply: FastifyReply,
  { repositories, metrics }: TriggerOptions,
): FastifyReply {
  const send = (code: number, status: string, message: string) => {
    metrics.trigger(status);
    return reply.code(code).header('cache-control', 'no-store').send({ status, message });
  };
  if (!request.isAuthentic) {
    reply.header('www-authenticate', 'Bearer');
    return send(401, 'refused', 'no valid signature or token');
  }
  if (repositories.length === 0) return send(404, 'unknown', 'no such repository');
  const pushed = parsePush(Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0));
  const wanted = repositories.filter(({ ref }) => concerns(pushed, ref));
  for (const { loop } of wanted) loop.trigger();
  if (wanted.length === 0) return send(200, 'ignored', `no repository follows ${pushed.ref}`);
  return send(202, 'queued', `syncing ${wanted.map((repository) => repository.name).join(', ')}`);
}
