import { Server as TlsServer } from 'node:tls';
import basicAuth from '@fastify/basic-auth';
import { ConfigError } from '@podkit/chassis/config/config';
import { PodkitError } from '@podkit/chassis/errors';
import type { Server } from '@podkit/chassis/http/server';
import { PasswordCheck } from './password-check.ts';
import type { WebConfig } from './web-config.ts';

/** The paths of probes: a kubelet can't send a password. */
const unprotected = new Set(['/livez', '/readyz', '/startupz', '/-/healthy', '/-/ready']);

/**
 * Require passwords and set headers as the web configuration says. Returns a function that replaces the configuration
 * for new connections.
 */
export async function protect(server: Server, first: WebConfig): Promise<(next: WebConfig) => void> {
  let config = first;
  const passwords = new PasswordCheck();
  await server.register(basicAuth, {
    authenticate: { realm: 'metrics-adapter' },
    validate: async (user, password) => {
      if (!(await passwords.matches(config.users, user, password)))
        throw new PodkitError('ERR_TOKEN', 'wrong user or password');
    },
  });
  server.addHook('onRequest', (request, reply, done) => {
    if (config.users.size === 0 || unprotected.has(request.routeOptions.url ?? '')) done();
    else server.basicAuth.call(server, request, reply, done);
  });
  server.addHook('onSend', (_request, reply, _payload, done) => {
    reply.headers(config.headers);
    done();
  });
  return (next) => {
    if ((next.tls === undefined) !== (config.tls === undefined))
      throw new ConfigError(['tls_server_config: can be changed while the adapter runs, but not added or removed']);
    if (next.tls !== undefined && server.server instanceof TlsServer) server.server.setSecureContext(next.tls);
    config = next;
  };
}
