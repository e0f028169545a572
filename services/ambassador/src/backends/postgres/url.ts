import { ConfigError } from '@podkit/chassis/config/config';

export type Address = { host: string; port: number };

/** A connection URL in its parts. */
export type PostgresUrl = {
  /** One or several servers; `host` is a folder for a Unix socket. */
  addresses: readonly Address[];
  database: string;
  user?: string;
  password?: string;
  sslmode: string;
  /** Whether a read-only server may be used. */
  allowReadOnly: boolean;
};

const parts =
  /^postgres(?:ql)?:\/\/(?:(?<login>[^/?#]*)@)?(?<servers>[^@/?#]*)(?:\/(?<database>[^?#]*))?(?:\?(?<search>[^#]*))?$/;
const server = /^(?<host>\[[0-9A-Fa-f:.]+\]|[^:[\]]*)(?::(?<port>\d{1,5}))?$/;

/**
 * Read `postgres://user:password@host:port,host:port/database?target_session_attrs=read-write`, which Node's URL cannot
 * where there are several hosts: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
 *
 * @throws {ConfigError} without the URL in it, which may have a password
 */
export function parsePostgresUrl(text: string): PostgresUrl {
  const { login = '', servers = '', database = '', search = '' } = parts.exec(text)?.groups ?? refuse('its form');
  const query = new URLSearchParams(search);
  const colon = login.indexOf(':');
  const user = decodePercent(colon === -1 ? login : login.slice(0, colon));
  const folder = query.get('host');
  const attributes = query.get('target_session_attrs') ?? 'read-write';
  if (!['any', 'read-write', 'primary'].includes(attributes)) refuse('target_session_attrs (any, read-write, primary)');
  return {
    addresses: folder === null ? servers.split(',').map(parseAddress) : [{ host: folder, port: 5432 }],
    database: decodePercent(database) || 'postgres',
    ...(user === '' ? {} : { user }),
    ...(colon === -1 ? {} : { password: decodePercent(login.slice(colon + 1)) }),
    sslmode: query.get('sslmode') ?? 'disable',
    allowReadOnly: attributes === 'any',
  };
}

function parseAddress(text: string): Address {
  const { host = '', port = '5432' } = server.exec(text)?.groups ?? refuse('a host');
  if (host === '' || Number(port) > 65_535) refuse('a host');
  return { host: decodePercent(host.replace(/^\[|\]$/g, '')), port: Number(port) };
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return refuse('a % that is no escape');
  }
}

function refuse(part: string): never {
  throw new ConfigError([
    `the URL of a postgresql store is wrong in ${part}; it is postgres://user:password@host:port/database`,
  ]);
}
