import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { codeOf, messageOf } from '@podkit/chassis/errors';
import { Agent, type buildConnector, type Dispatcher, interceptors, ProxyAgent, request } from 'undici';
import { authorizationOf } from './authorization.ts';
import type { HttpClientConfig } from './config.ts';
import { FetchError } from './errors.ts';
import { Oauth2Tokens } from './oauth2.ts';
import { tlsOptions } from './tls.ts';

export type FetchRequest = {
  url: string;
  headers: Readonly<Record<string, string>>;
  /** Sent with POST; without it the request is a GET. */
  body?: string | undefined;
  maxBytes: number;
  /** Statuses that are an answer; 200 to 299 where there are none. */
  validStatus?: readonly number[] | undefined;
  signal: AbortSignal;
};

/** A client for one server, with kept connections. Answers are read to a limit and no further. */
export class HttpClient {
  readonly #config: HttpClientConfig;
  readonly #tokens: Oauth2Tokens | undefined;
  #dispatcher: { key: string; agent: Dispatcher } | undefined;

  constructor(config: HttpClientConfig) {
    this.#config = config;
    this.#tokens = config.oauth2 ? new Oauth2Tokens(config.oauth2) : undefined;
  }

  /** @throws {FetchError} */
  async fetch(options: FetchRequest): Promise<Buffer> {
    const { url, body, signal, validStatus = [] } = options;
    try {
      const dispatcher = await this.#dispatcherFor(url);
      const authorization = await this.#authorization(dispatcher, signal);
      const answer = await request(url, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { 'accept-encoding': 'identity', ...(authorization ? { authorization } : {}), ...options.headers },
        ...(body === undefined ? {} : { body }),
        dispatcher,
        signal,
      });
      const { statusCode: status } = answer;
      if (validStatus.length > 0 ? !validStatus.includes(status) : status < 200 || status > 299) {
        discard(answer.body);
        throw new FetchError('status', `status ${status}`);
      }
      const bytes = await readAll(answer.body, options.maxBytes);
      return answer.headers['content-encoding'] === 'gzip' ? await unzipped(bytes, options.maxBytes) : bytes;
    } catch (cause) {
      throw cause instanceof FetchError ? cause : fetchError(cause, signal);
    }
  }

  async close(): Promise<void> {
    await this.#dispatcher?.agent.destroy();
    this.#dispatcher = undefined;
  }

  async #authorization(dispatcher: Dispatcher, signal: AbortSignal): Promise<string | undefined> {
    if (this.#tokens) return `Bearer ${await this.#tokens.get(dispatcher, signal)}`;
    try {
      return await authorizationOf(this.#config);
    } catch (cause) {
      throw new FetchError('auth', `credentials cannot be read: ${messageOf(cause)}`, { cause });
    }
  }

  /** The connections; new ones where a certificate on disk has changed. */
  async #dispatcherFor(url: string): Promise<Dispatcher> {
    const tls = await tlsOptions(this.#config.tls_config).catch((cause: unknown) => {
      throw new FetchError('tls', `tls_config cannot be read: ${messageOf(cause)}`, { cause });
    });
    const {
      proxy_url: proxy,
      no_proxy: exceptions = '',
      enable_http2: allowH2,
      follow_redirects: follow,
    } = this.#config;
    const direct = proxy === undefined || isExcepted(new URL(url).hostname, exceptions);
    const key = JSON.stringify([direct, tls]);
    if (this.#dispatcher?.key === key) return this.#dispatcher.agent;
    await this.#dispatcher?.agent.destroy();
    const shared = { connections: 8, allowH2, headersTimeout: 0, bodyTimeout: 0 };
    const agent = direct
      ? new Agent({ ...shared, connect: tls as buildConnector.BuildOptions })
      : new ProxyAgent({ ...shared, uri: proxy, requestTls: tls as buildConnector.BuildOptions });
    this.#dispatcher = { key, agent: follow ? agent.compose(interceptors.redirect({ maxRedirections: 10 })) : agent };
    return this.#dispatcher.agent;
  }
}

function isExcepted(host: string, exceptions: string): boolean {
  const rules = exceptions.split(',').map((rule) => rule.trim().replace(/^\*?\./, ''));
  return rules.some((rule) => rule === '*' || (rule !== '' && (host === rule || host.endsWith(`.${rule}`))));
}

async function readAll(body: Readable, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) {
      discard(body);
      throw new FetchError('too_large', `the answer is longer than ${maxBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Read no further. What is cut off ends with an error, which nobody else would take. */
function discard(body: Readable): void {
  body.on('error', () => undefined).destroy();
}

async function unzipped(bytes: Buffer, maxBytes: number): Promise<Buffer> {
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: maxBytes });
  } catch (cause) {
    const large = codeOf(cause) === 'ERR_BUFFER_TOO_LARGE';
    throw new FetchError(large ? 'too_large' : 'parse', `gzip: ${messageOf(cause)}`, { cause });
  }
}

function fetchError(cause: unknown, signal: AbortSignal): FetchError {
  if (signal.aborted) return new FetchError('timeout', 'no whole answer in time', { cause });
  const code = codeOf(cause) ?? '';
  const tls = /TLS|CERT|SSL|SELF_SIGNED|UNABLE_TO/.test(code);
  return new FetchError(tls ? 'tls' : 'connect', messageOf(cause), { cause });
}
