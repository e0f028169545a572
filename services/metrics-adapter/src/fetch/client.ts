import { describeError, getErrorCode } from '@podkit/chassis/errors';
import pkg from '../../package.json' with { type: 'json' };
import { buildAuthorization, readUser, withoutUser } from './authorization.ts';
import type { HttpClientConfig } from './config.ts';
import { Connections } from './connections.ts';
import { FetchError } from './errors.ts';
import { Oauth2Tokens } from './oauth2.ts';
import { followRedirect, type Hop, isRedirect, maxRedirects } from './redirect.ts';
import { acceptedCodings, discard, readResponse } from './response.ts';

export type FetchRequest = {
  url: string;
  headers: Readonly<Record<string, string>>;
  /** The header Accept, if `headers` has none. */
  accept?: string | undefined;
  /** Sent with POST; without it the request is a GET. */
  body?: string | undefined;
  maxBytes: number;
  /** Statuses that count as success; by default 200 to 299. */
  validStatus?: readonly number[] | undefined;
  signal: AbortSignal;
  /** Whether a redirect to a URL is allowed; by default it is. */
  allows?: ((url: URL) => boolean) | undefined;
};

/** The bytes of a response, and its media type in lower case, '' if there is none. */
export type FetchedBody = { bytes: Buffer; type: string };

const defaults = { 'accept-encoding': acceptedCodings, 'user-agent': `podkit-metrics-adapter/${pkg.version}` };

/** An HTTP client for one server with kept connections and bounded answers. */
export class HttpClient {
  readonly #config: HttpClientConfig;
  readonly #connections: Connections;
  readonly #tokens: Oauth2Tokens | undefined;

  constructor(config: HttpClientConfig) {
    this.#config = config;
    this.#connections = new Connections(config);
    this.#tokens = config.oauth2 ? new Oauth2Tokens(config.oauth2) : undefined;
  }

  /** Fetch a whole response. @throws {FetchError} */
  async fetch(options: FetchRequest): Promise<FetchedBody> {
    const { signal, validStatus = [] } = options;
    // Drop an alert of an earlier request.
    this.#connections.takeAlert();
    try {
      const { statusCode: status, headers, body } = await this.#follow(options);
      if (validStatus.length > 0 ? !validStatus.includes(status) : status < 200 || status > 299) {
        discard(body);
        throw new FetchError('status', `status ${status}`);
      }
      const [type = ''] = [headers['content-type'] ?? ''].flat().join().split(';');
      const bytes = await readResponse(body, headers['content-encoding'], options.maxBytes);
      return { bytes, type: type.trim().toLowerCase() };
    } catch (cause) {
      if (cause instanceof FetchError) throw cause;
      throw fetchError(this.#connections.takeAlert() ?? cause, signal);
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#connections.close(), this.#tokens?.close()]);
  }

  async #follow({ url, headers, accept, body, signal, allows = () => true }: FetchRequest) {
    const { origin } = new URL(url);
    let hop: Hop = { url, headers, body };
    for (let count = 0; ; count += 1) {
      // Only the configured server gets the credentials.
      const authorization = new URL(hop.url).origin === origin ? await this.#authorization(url, signal) : undefined;
      const asked = this.#connections.request(withoutUser(hop.url), {
        method: hop.body === undefined ? 'GET' : 'POST',
        headers: withDefaults(hop.headers, { ...defaults, accept, authorization }),
        body: hop.body ?? null,
        signal,
      });
      const response = await this.#untilAborted(asked, signal);
      if (!this.#config.follow_redirects || !isRedirect(response.statusCode)) return response;
      discard(response.body);
      if (count === maxRedirects) throw new FetchError('redirect', `more than ${maxRedirects} redirects`);
      hop = followRedirect(hop, response.statusCode, response.headers.location, allows);
    }
  }

  /** undici repeats a refused CONNECT for ever and ignores the signal. Closing the connections ends that. */
  async #untilAborted<T>(asked: Promise<T>, signal: AbortSignal): Promise<T> {
    let settled = false;
    const closeConnections = () => setImmediate(() => settled || void this.#connections.close());
    signal.addEventListener('abort', closeConnections, { once: true });
    try {
      return await asked;
    } finally {
      settled = true;
      signal.removeEventListener('abort', closeConnections);
    }
  }

  async #authorization(url: string, signal: AbortSignal): Promise<string | undefined> {
    if (this.#tokens) return `Bearer ${await this.#tokens.get(signal)}`;
    try {
      return (await buildAuthorization(this.#config)) ?? readUser(url);
    } catch (cause) {
      throw new FetchError('auth', `credentials cannot be read: ${describeError(cause)}`, { cause });
    }
  }
}

/** Headers, with defaults for those that are missing. The case of names doesn't matter. */
function withDefaults(
  headers: Readonly<Record<string, string>>,
  all: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  const given = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  const missing = Object.entries(all).filter(([name]) => !given.has(name));
  return { ...Object.fromEntries(missing), ...headers };
}

function fetchError(cause: unknown, signal: AbortSignal): FetchError {
  if (signal.aborted) return new FetchError('timeout', 'no complete response within the timeout', { cause });
  const code = getErrorCode(cause) ?? '';
  const tls = /TLS|CERT|SSL|SELF_SIGNED|UNABLE_TO/.test(code);
  return new FetchError(tls ? 'tls' : 'connect', describeError(cause), { cause });
}
