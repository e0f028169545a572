import { dirname, resolve } from 'node:path';
import { createSecureContext, type TlsOptions } from 'node:tls';
import { ConfigError } from '@podkit/chassis/config/config';
import { strict } from '@podkit/chassis/config/strict';
import { parseYaml } from '@podkit/chassis/config/yaml';
import { describeError } from '@podkit/chassis/errors';
import { type Static, Type } from 'typebox';
import { readText } from '../config/read-text.ts';
import { tlsVersions } from '../fetch/tls.ts';

const optionalText = Type.Optional(Type.String());
const serverTlsVersion = Type.Optional(Type.Union([Type.Literal('TLS12'), Type.Literal('TLS13')]));

/** https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md, as far as it is supported here. */
const webSchema = strict({
  tls_server_config: Type.Optional(
    strict({
      cert: optionalText,
      key: optionalText,
      cert_file: optionalText,
      key_file: optionalText,
      client_auth_type: Type.Optional(
        Type.Union([Type.Literal('NoClientCert'), Type.Literal('RequireAndVerifyClientCert')]),
      ),
      client_ca: optionalText,
      client_ca_file: optionalText,
      min_version: serverTlsVersion,
      max_version: serverTlsVersion,
    }),
  ),
  http_server_config: Type.Optional(
    strict({
      http2: Type.Optional(Type.Boolean()),
      headers: Type.Optional(
        strict({
          'Content-Security-Policy': optionalText,
          'X-Frame-Options': optionalText,
          'X-Content-Type-Options': optionalText,
          'X-XSS-Protection': optionalText,
          'Strict-Transport-Security': optionalText,
        }),
      ),
    }),
  ),
  basic_auth_users: Type.Optional(
    Type.Record(Type.String(), Type.String({ pattern: '^\\$2[abxy]\\$\\d\\d\\$[./A-Za-z0-9]{53}$' })),
  ),
});

type ServerTlsConfig = NonNullable<Static<typeof webSchema>['tls_server_config']>;

/** How the port is protected: TLS, users with the bcrypt hashes of their passwords, headers of every response. */
export type WebConfig = {
  tls: TlsOptions | undefined;
  users: ReadonlyMap<string, string>;
  headers: Readonly<Record<string, string>>;
  /** The file and the certificate files that it names. A change of any is a reason to reload. */
  files: readonly string[];
};

/**
 * Read Prometheus' web configuration file with the certificates that it names.
 *
 * @throws {ConfigError} with a line per error, without the hashes of passwords
 */
export async function loadWebConfig(path: string): Promise<WebConfig> {
  const yaml = await readText(path, `ADAPTER_WEB_CONFIG_FILE=${path}`);
  const { value } = parseYaml(webSchema, yaml, path);
  const { tls_server_config: tls, basic_auth_users: users = {}, http_server_config: http } = value;
  const beside = (file: string) => resolve(dirname(path), file);
  const named = [tls?.cert_file, tls?.key_file, tls?.client_ca_file].filter((file) => file !== undefined).map(beside);
  return {
    tls: tls && (await loadTls(tls, path, beside)),
    users: new Map(Object.entries(users)),
    headers: { ...http?.headers },
    files: [path, ...named],
  };
}

async function loadTls(config: ServerTlsConfig, path: string, beside: (file: string) => string): Promise<TlsOptions> {
  const where = `${path}: tls_server_config`;
  const pem = async (name: 'cert' | 'key' | 'client_ca'): Promise<string | undefined> => {
    const inline = config[name];
    const file = config[`${name}_file`];
    if (inline !== undefined && file !== undefined)
      throw new ConfigError([`${where}: ${name} and ${name}_file are both set; keep one`]);
    return file === undefined ? inline : readText(beside(file), `${where}.${name}_file`);
  };
  const cert = await pem('cert');
  const key = await pem('key');
  const ca = await pem('client_ca');
  if (cert === undefined || key === undefined) throw new ConfigError([`${where}: cert_file and key_file are needed`]);
  const verify = config.client_auth_type === 'RequireAndVerifyClientCert';
  if (verify && ca === undefined)
    throw new ConfigError([`${where}: client_ca_file: needed for RequireAndVerifyClientCert`]);
  if (!verify && ca !== undefined)
    throw new ConfigError([`${where}: client_ca_file: only RequireAndVerifyClientCert uses it`]);
  const options: TlsOptions = {
    cert,
    key,
    ...(ca === undefined ? {} : { ca }),
    requestCert: verify,
    rejectUnauthorized: verify,
    minVersion: tlsVersions[config.min_version ?? 'TLS12'],
    maxVersion: tlsVersions[config.max_version ?? 'TLS13'],
  };
  try {
    createSecureContext(options);
  } catch (cause) {
    throw new ConfigError([`${where}: ${describeError(cause)}`]);
  }
  return options;
}
