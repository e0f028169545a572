import { readFileSync } from 'node:fs';
import { type ConnectionOptions, checkServerIdentity } from 'node:tls';
import { describeError } from '@podkit/chassis/errors';
import { StoreError } from '../store/store-error.ts';

export type CredentialSpec = {
  username?: string | undefined;
  usernameFile?: string | undefined;
  passwordFile?: string | undefined;
  tls?: { caFile?: string; certFile?: string; keyFile?: string; serverName?: string; verify: boolean } | undefined;
};

/**
 * Read a mounted Secret, without the line end at its end. It is read at each connect, so a rotated secret is used by
 * the next connection, and no watch is needed.
 */
export function readSecret(path: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (cause) {
    throw new StoreError('ERR_UNAVAILABLE', `${path} cannot be read: ${describeError(cause)}`, { cause });
  }
}

export function readLogin(spec: CredentialSpec): { username?: string; password?: string } {
  const username = spec.usernameFile === undefined ? spec.username : readSecret(spec.usernameFile);
  return {
    ...(username === undefined ? {} : { username }),
    ...(spec.passwordFile === undefined ? {} : { password: readSecret(spec.passwordFile) }),
  };
}

/** TLS options with the certificates as they are now; undefined without TLS. */
export function readTls({ tls }: CredentialSpec): ConnectionOptions | undefined {
  if (tls === undefined) return undefined;
  return {
    rejectUnauthorized: tls.verify,
    ...(tls.caFile === undefined ? {} : { ca: readSecret(tls.caFile) }),
    ...(tls.certFile === undefined ? {} : { cert: readSecret(tls.certFile) }),
    ...(tls.keyFile === undefined ? {} : { key: readSecret(tls.keyFile) }),
    ...(tls.serverName === undefined ? {} : namedAs(tls.serverName)),
  };
}

/** The name to request (SNI) and to expect in the certificate. It is checked here, since clients may replace the first by the host. */
const namedAs = (servername: string): ConnectionOptions => ({
  servername,
  checkServerIdentity: (_host, certificate) => checkServerIdentity(servername, certificate),
});
