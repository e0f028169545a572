import type * as Http from 'node:http';
import { createRequire } from 'node:module';
import type { LookupFunction } from 'node:net';
import { codeOf, PodkitError } from '@podkit/chassis/errors';

// `import` of node:http reads every export of it, and one of them loads the whole of undici: 23 ms and 6 MB at the start.
const { Agent, request } = createRequire(import.meta.url)('node:http') as typeof Http;

export type Answer = { status: number; headers: Http.IncomingHttpHeaders; body: Buffer };

export type Ask = {
  method?: string;
  /** Path and query as they are sent, instead of those of the URL, in which `..` would be resolved. */
  path?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** Milliseconds until the whole answer must be there. */
  timeout: number;
  signal?: AbortSignal;
};

/** Answers larger than this are refused: nothing a neighbour sends may fill our memory. */
const answerLimit = 16 * 1024 * 1024;

/** HTTP to neighbours over a few kept connections, which `close` releases. */
export class HttpClient {
  readonly #agent: Http.Agent;

  /** `lookup` replaces the system's resolution of names. */
  constructor({ lookup }: { lookup?: LookupFunction } = {}) {
    const own = lookup === undefined ? {} : { lookup };
    this.#agent = new Agent({ keepAlive: true, maxSockets: 64, maxFreeSockets: 8, timeout: 60_000, ...own });
  }

  /**
   * @throws {PodkitError} ERR_NO_ANSWER when there was no (whole) answer in time; any status is an answer.
   *   Its cause tells why, such as ECONNREFUSED.
   */
  async ask(url: string | URL, { timeout, signal, ...ask }: Ask): Promise<Answer> {
    const end = AbortSignal.timeout(timeout);
    const both = signal === undefined ? end : AbortSignal.any([end, signal]);
    try {
      return await this.#ask(new URL(url), ask, both).catch((error: unknown) => {
        // The other side closed it while we sent on it: GET, PUT and DELETE may be sent again.
        if (codeOf(error) !== 'ERR_STALE_CONNECTION') throw error;
        return this.#ask(new URL(url), ask, both);
      });
    } catch (cause) {
      const why = end.aborted ? `no answer within ${timeout} ms` : 'no answer';
      throw new PodkitError('ERR_NO_ANSWER', `${new URL(url).host}: ${why}`, { cause });
    }
  }

  #ask(url: URL, ask: Omit<Ask, 'timeout' | 'signal'>, signal: AbortSignal): Promise<Answer> {
    const { method = 'GET', headers = {}, body, path } = ask;
    return new Promise<Answer>((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
      const target = path === undefined ? {} : { path };
      const outgoing = request(url, {
        method,
        agent: this.#agent,
        headers: { ...headers, ...length },
        signal,
        ...target,
      });
      outgoing.once('error', (cause) => {
        const isStale = outgoing.reusedSocket && codeOf(cause) === 'ECONNRESET';
        reject(isStale ? new PodkitError('ERR_STALE_CONNECTION', 'a kept connection was closed', { cause }) : cause);
      });
      outgoing.once('response', (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > answerLimit) response.destroy(new Error(`an answer above ${answerLimit} bytes`));
          chunks.push(chunk);
        });
        response.once('error', reject);
        response.once('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
        );
      });
      outgoing.end(body);
    });
  }

  /** Close the idle connections now and the others when their answers are there. */
  close(): void {
    this.#agent.destroy();
  }
}
