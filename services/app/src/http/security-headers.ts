import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Server } from '@podkit/chassis/http/server';
import helmet from 'helmet';
import type { Csp } from '../content-security-policy.ts';

/**
 * Send security headers with all responses of this scope, but not HSTS, which is for the proxy that terminates HTTPS. They
 * never change, so helmet sets them once, on a response that is not sent; @fastify/helmet makes its middleware for each
 * request, which more than doubles the time of a small file.
 */
export function addSecurityHeaders(scope: Server, csp: Csp): void {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  helmet({ contentSecurityPolicy: csp, strictTransportSecurity: false })(response.req, response, () => undefined);
  const headers = response.getHeaders();
  scope.addHook('onRequest', (_request, reply, done) => {
    void reply.headers(headers);
    done();
  });
}
