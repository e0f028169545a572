import type { Server } from '@podkit/chassis/http/server';
import helmet from 'helmet';
import type { Csp } from '../content-security-policy.ts';

/**
 * Security headers for all routes of this scope. None insists on HTTPS: that is up to what terminates it. The middleware is
 * made once; @fastify/helmet makes it again for each request, which more than doubles the time that a small file takes.
 */
export function addSecurityHeaders(scope: Server, csp: Csp): void {
  const setHeaders = helmet({ contentSecurityPolicy: csp, strictTransportSecurity: false });
  scope.addHook('onRequest', (request, reply, done) => setHeaders(request.raw, reply.raw, () => done()));
}
