import { readFileSync } from 'node:fs';
import type * as Http from 'node:http';
import type * as Https from 'node:https';
import { createRequire } from 'node:module';
import type { LookupFunction } from 'node:net';
import { getCACertificates } from 'node:tls';

export type ClientOptions = {
  /** Replaces the system's resolution of names. */
  lookup?: LookupFunction;
  /** Largest answer in bytes, 16 MiB by default; a larger one is refused, so that no server can fill our memory. */
  limit?: number;
  /** Accept what curl and Go accept, such as answers with bare line feeds. */
  isLenient?: boolean;
  /** Use its `HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY` and `SSL_CERT_FILE`, and trust the system's certificates too. */
  env?: NodeJS.ProcessEnv;
};

// `import` of node:http would read all its exports, and one of them loads undici: 23 ms and 6 MB at the start.
const require = createRequire(import.meta.url);

/** Node's module for the protocol of a URL. */
export function nodeHttp({ protocol }: URL): Pick<typeof Http, 'request'> {
  return protocol === 'https:' ? (require('node:https') as typeof Https) : (require('node:http') as typeof Http);
}

/** The connections to the hosts of one protocol: up to 64 for each, of which 8 are kept for a minute. */
export function createAgent({ protocol }: URL, { lookup, env }: ClientOptions): Http.Agent {
  const options = {
    keepAlive: true,
    maxSockets: 64,
    maxFreeSockets: 8,
    timeout: 60_000,
    ...(lookup === undefined ? {} : { lookup }),
    ...(env === undefined ? {} : { proxyEnv: env }),
  };
  if (protocol !== 'https:') return new (require('node:http') as typeof Http).Agent(options);
  const authorities = env === undefined ? {} : { ca: readAuthorities(env) };
  return new (require('node:https') as typeof Https).Agent({ ...options, ...authorities });
}

function readAuthorities({ SSL_CERT_FILE: file }: NodeJS.ProcessEnv): string[] {
  const named = file === undefined || file === '' ? [] : [readFileSync(file, 'utf8')];
  return [...getCACertificates('default'), ...getCACertificates('system'), ...named];
}
