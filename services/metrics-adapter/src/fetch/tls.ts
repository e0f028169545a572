import { readFile } from 'node:fs/promises';
import type { ConnectionOptions, SecureVersion } from 'node:tls';
import type { TlsConfig } from './config.ts';

const versions: Record<string, SecureVersion> = {
  TLS10: 'TLSv1',
  TLS11: 'TLSv1.1',
  TLS12: 'TLSv1.2',
  TLS13: 'TLSv1.3',
};

/** The options of a TLS configuration, with the current content of its files. */
export async function tlsOptions(config: TlsConfig | undefined): Promise<ConnectionOptions> {
  if (config === undefined) return {};
  const [ca, cert, key] = await Promise.all([
    readText(config.ca, config.ca_file),
    readText(config.cert, config.cert_file),
    readText(config.key, config.key_file),
  ]);
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(config.server_name === undefined ? {} : { servername: config.server_name }),
    ...(config.insecure_skip_verify ? { rejectUnauthorized: false } : {}),
    ...readVersion('minVersion', config.min_version),
    ...readVersion('maxVersion', config.max_version),
  };
}

const readVersion = (option: 'minVersion' | 'maxVersion', name: string | undefined) =>
  name === undefined ? {} : { [option]: versions[name] };

const readText = async (text: string | undefined, path: string | undefined) =>
  text ?? (path === undefined ? undefined : await readFile(path, 'utf8'));
