import { isSameSecret } from '@podkit/chassis/http/token';
import type { FastifyReply, FastifyRequest } from 'fastify';

const withoutToken = new Set(['/v1.0/healthz', '/v1.0/healthz/outbound']);

/** Refuse requests without the token, as Dapr does; health needs none. Without a configured token nothing does. */
export function checkToken(token: string | undefined) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    if (token === undefined || withoutToken.has(request.routeOptions.url ?? '')) return undefined;
    if (isSameSecret(request.headers['dapr-api-token'], token)) return undefined;
    return reply.code(401).type('text/plain').send('invalid api token');
  };
}
