import bearerAuth from '@fastify/bearer-auth';
import { PodkitError } from '@podkit/chassis/errors';
import type { Server } from '@podkit/chassis/http/server';
import { bearerToken, isSameSecret } from '@podkit/chassis/http/token';
import type { FastifyRequest } from 'fastify';

export type TokenGuardOptions = {
  /** The tokens that are valid now. Without a token every request is refused. */
  tokens: () => (string | undefined)[];
  /** The message of the 401. */
  message: string;
};

/** Whether a request has this bearer token; false if the token is undefined. */
export const hasToken = ({ headers }: Pick<FastifyRequest, 'headers'>, token: string | undefined): boolean =>
  token !== undefined && isSameSecret(bearerToken(headers.authorization), token);

/** Let only requests with one of the bearer tokens reach the routes of this scope; others get 401. */
export async function guardByToken(scope: Server, { tokens, message }: TokenGuardOptions): Promise<void> {
  const auth = (key: string) => tokens().some((token) => token !== undefined && isSameSecret(key, token));
  // Takes the scheme in any case, as RFC 9110 requires.
  await scope.register(bearerAuth, {
    addHook: false,
    keys: [],
    auth,
    specCompliance: 'rfc6749',
    verifyErrorLogLevel: 'debug',
  });
  scope.addHook('onRequest', (request, reply, done) => {
    const refuse = () => {
      void reply.header('www-authenticate', 'Bearer');
      done(new PodkitError('ERR_TOKEN', message));
    };
    if (scope.verifyBearerAuth === undefined) refuse();
    else scope.verifyBearerAuth(request, reply, (error) => (error === undefined ? done() : refuse()));
  });
}
