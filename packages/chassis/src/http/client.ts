import type { Agent, ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { getErrorCode, PodkitError } from '../errors.ts';
import { type ClientOptions, createAgent, nodeHttp } from './client-agents.ts';

export type ClientRequestOptions = {
  method?: string;
  /** Path and query as they are sent, instead of those of the URL, in which `..` would be resolved. */
  path?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** Milliseconds until the whole response must be there, redirects included. */
  timeout: number;
  signal?: AbortSignal;
  /** How many redirects are followed; none by default. */
  redirects?: number;
};

export type HttpResponse = { status: number; headers: IncomingHttpHeaders; body: Buffer };

type Sent = Omit<ClientRequestOptions, 'timeout' | 'signal'>;

/** HTTP over a few kept connections, which `close` releases. Answers are read whole, up to `limit` bytes. */
export class HttpClient {
  readonly #options: ClientOptions;
  readonly #agents = new Map<string, Agent>();

  constructor(options: ClientOptions = {}) {
    this.#options = options;
  }

  /**
   * Send a request and read the whole response, whatever its status.
   *
   * @throws {PodkitError} ERR_NO_ANSWER without a whole response in time, with a cause such as ECONNREFUSED;
   *   ERR_ANSWER_TOO_LARGE; ERR_REDIRECTS after more redirects than are followed
   */
  async send(url: string | URL, { timeout, signal, ...sent }: ClientRequestOptions): Promise<HttpResponse> {
    const end = AbortSignal.timeout(timeout);
    const both = signal === undefined ? end : AbortSignal.any([end, signal]);
    const target = new URL(url);
    try {
      return await this.#follow(target, sent, both);
    } catch (cause) {
      if (cause instanceof PodkitError) throw cause;
      const why = end.aborted ? `no response within ${timeout} ms` : 'no response';
      throw new PodkitError('ERR_NO_ANSWER', `${target.host}: ${why}`, { cause });
    }
  }

  async #follow(url: URL, sent: Sent, signal: AbortSignal): Promise<HttpResponse> {
    const { redirects = 0 } = sent;
    const response = await this.#read(await this.#open(url, sent, signal));
    const { location } = response.headers;
    if (redirects === 0 || location === undefined || !redirectStatuses.has(response.status)) return response;
    if (redirects === 1) throw new PodkitError('ERR_REDIRECTS', 'too many redirects');
    const next = new URL(location, url);
    return this.#follow(next, redirected(url, next, sent, response.status), signal);
  }

  /** The head of the response. Sent once more where the other side closed a kept connection while we sent on it. */
  async #open(url: URL, sent: Sent, signal: AbortSignal): Promise<IncomingMessage> {
    const first = this.#start(url, sent, signal);
    return awaitHead(first, sent.body).catch((error: unknown) => {
      if (!first.reusedSocket || getErrorCode(error) !== 'ECONNRESET') throw error;
      return awaitHead(this.#start(url, sent, signal), sent.body);
    });
  }

  #start(url: URL, { method = 'GET', headers = {}, body, path }: Sent, signal: AbortSignal): ClientRequest {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    return nodeHttp(url).request(url, {
      method,
      agent: this.#agentFor(url),
      headers: { ...headers, ...length },
      signal,
      insecureHTTPParser: this.#options.isLenient ?? false,
      ...(path === undefined ? {} : { path }),
    });
  }

  #agentFor(url: URL): Agent {
    const agent = this.#agents.get(url.protocol) ?? createAgent(url, this.#options);
    this.#agents.set(url.protocol, agent);
    return agent;
  }

  async #read(response: IncomingMessage): Promise<HttpResponse> {
    const { limit = 16 * 1024 * 1024 } = this.#options;
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > limit) throw new PodkitError('ERR_ANSWER_TOO_LARGE', `a response of more than ${limit} bytes`);
      chunks.push(chunk);
    }
    return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) };
  }

  /** Close all connections, those in use too. */
  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
  }
}

function awaitHead(request: ClientRequest, body: string | Buffer | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    // `on`, not `once`: an abort after the head is an error of the request, too.
    request.on('error', reject);
    request.end(body);
  });
}

const redirectStatuses = new Set([301, 302, 303, 307, 308]);

/** As browsers and Go follow: 307 and 308 repeat the request, the others ask with GET. */
function redirected(
  from: URL,
  to: URL,
  { headers = {}, body, redirects = 0, method = 'GET' }: Sent,
  status: number,
): Sent {
  // Credentials go only to the host that they were given for, and never without the TLS that they began with.
  const isTrusted = to.host === from.host && (to.protocol === from.protocol || to.protocol === 'https:');
  const names = Object.keys(headers).filter((name) => isTrusted || name.toLowerCase() !== 'authorization');
  const kept = {
    headers: Object.fromEntries(names.map((name) => [name, headers[name] ?? ''])),
    redirects: redirects - 1,
  };
  if (status < 307 && method !== 'HEAD') return { ...kept, method: 'GET' };
  return { ...kept, method, ...(body === undefined ? {} : { body }) };
}
