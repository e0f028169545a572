import helmet from '@fastify/helmet';
import type { Server } from '@podkit/chassis/http/server';
import { type CspDirectives, parseCsp } from '../content-security-policy.ts';

/** Security headers for site and API, as the settings have them. */
export function securePublic(server: Server, config: { securityHeaders: boolean; siteCsp: string }): void {
  if (config.securityHeaders) secure(server, parseCsp(config.siteCsp));
}

/** Security headers for all routes of this scope. HTTPS is the business of what ends it, so none insists on it. */
export function secure(scope: Server, directives: CspDirectives): void {
  const isNone = Object.keys(directives).length === 0;
  void scope.register(helmet, {
    contentSecurityPolicy: isNone ? false : { useDefaults: false, directives },
    strictTransportSecurity: false,
  });
}
