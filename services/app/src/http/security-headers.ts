import helmet from '@fastify/helmet';
import type { Server } from '@podkit/chassis/http/server';
import type { CspDirectives } from '../content-security-policy.ts';

/** Security headers for all routes of this scope. HTTPS is the business of what ends it, so none insists on it. */
export function secure(scope: Server, directives: CspDirectives): void {
  const isNone = Object.keys(directives).length === 0;
  void scope.register(helmet, {
    contentSecurityPolicy: isNone ? false : { useDefaults: false, directives },
    strictTransportSecurity: false,
  });
}
