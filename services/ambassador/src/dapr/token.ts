import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

const open = new Set(['/v1.0/healthz', '/v1.0/healthz/outbound']);
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Refuse who does not send the token, as Dapr does; health may be asked by anybody. Without a token all may come. */
export function checkToken(token: string | undefined) {
  const expected = token === undefined ? undefined : digest(token);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    if (expected === undefined || open.has(request.routeOptions.url ?? '')) return undefined;
    const given = request.headers['dapr-api-token'];
    if (typeof given === 'string' && timingSafeEqual(digest(given), expected)) return undefined;
    return reply.code(401).type('text/plain').send('invalid api token');
  };
}
