import bearerAuth from '@fastify/bearer-auth';
import type { Server } from '@podkit/chassis/http/server';
import { isSameSecret } from './bearer.ts';

export type TokenGuardOptions = {
  /** The tokens that are taken now; none: every request is refused. */
  tokens: () => (string | undefined)[];
  /** What the refused are told. */
  message: string;
};

/** Let only requests with one of the bearer tokens reach the routes of this scope; others get 401. */
export async function guardByToken(scope: Server, { tokens, message }: TokenGuardOptions): Promise<void> {
  await scope.register(bearerAuth, {
    // The header's scheme in any case, as RFC 9110 has it.
    specCompliance: 'rfc6749',
    auth: (key) => tokens().some((token) => token !== undefined && isSameSecret(key, token)),
    contentType: 'application/json; charset=utf-8',
    errorResponse: () => ({ code: 'ERR_TOKEN', message }),
    verifyErrorLogLevel: 'debug',
  });
}
