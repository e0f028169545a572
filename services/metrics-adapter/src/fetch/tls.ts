import type { ConnectionOptions, SecureVersion } from 'node:tls';
import { readSecret } from './authorization.ts';
import type { ClientTlsConfig } from './config.ts';

/** The names of Prometheus for the versions of TLS. */
export const tlsVersions = {
  TLS10: 'TLSv1',
  TLS11: 'TLSv1.1',
  TLS12: 'TLSv1.2',
  TLS13: 'TLSv1.3',
} as const satisfies Record<string, SecureVersion>;

/** The options of a TLS configuration, with the current content of its files. */
export async function tlsOptions(config: ClientTlsConfig | undefined): Promise<ConnectionOptions> {
  if (config === undefined) return {};
  const ca = await readSecret(config.ca, config.ca_file);
  const cert = await readSecret(config.cert, config.cert_file);
  const key = await readSecret(config.key, config.key_file);
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(config.server_name === undefined ? {} : { servername: config.server_name }),
    ...(config.insecure_skip_verify ? { rejectUnauthorized: false } : {}),
    ...(config.min_version === undefined ? {} : { minVersion: tlsVersions[config.min_version] }),
    ...(config.max_version === undefined ? {} : { maxVersion: tlsVersions[config.max_version] }),
  };
}
