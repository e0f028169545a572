import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { describeError } from '@podkit/chassis/errors';
import { Agent, request } from 'undici';

export type HttpSinkOptions = {
  url: string;
  headers: Readonly<Record<string, string>>;
  /** Paths of the files with the values, by header. */
  headerFiles: Readonly<Record<string, string>>;
  gzip: boolean;
  /** Milliseconds for a request, with its response. */
  timeout: number;
};

/** `retryAfter` is in milliseconds, if the server named a delay. */
export type Outcome =
  | { outcome: 'sent' }
  | { outcome: 'rejected'; reason: string }
  | { outcome: 'failed'; reason: string; retryAfter?: number | undefined };

/** Statuses with which a server refuses a batch permanently. After any other the batch is sent again. */
const permanent = new Set([400, 413, 415, 422]);
const compress = promisify(gzip);

/** Sends batches of JSON lines by POST. */
export class HttpSink {
  readonly #options: HttpSinkOptions;
  readonly #agent = new Agent({ connections: 1, pipelining: 1 });

  constructor(options: HttpSinkOptions) {
    this.#options = options;
  }

  /** `key` is equal for each attempt of one batch, so that the server can detect repetitions. Never throws. */
  async send(records: Buffer, key: string, signal: AbortSignal): Promise<Outcome> {
    const { url, timeout } = this.#options;
    try {
      const body = this.#options.gzip ? await compress(records, { level: 1 }) : records;
      const response = await request(url, {
        method: 'POST',
        dispatcher: this.#agent,
        headers: await this.#headers(key),
        body,
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeout)]),
      });
      const { statusCode, headers } = response;
      await response.body.dump();
      if (statusCode >= 200 && statusCode < 300) return { outcome: 'sent' };
      const reason = `the server answered ${statusCode}`;
      if (permanent.has(statusCode)) return { outcome: 'rejected', reason };
      return { outcome: 'failed', reason, retryAfter: parseRetryAfter(headers['retry-after']) };
    } catch (error) {
      return { outcome: 'failed', reason: describeError(error) };
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #headers(key: string): Promise<Record<string, string>> {
    const fromFiles = Object.entries(this.#options.headerFiles).map(
      async ([name, path]): Promise<[string, string]> => [name, (await readFile(path, 'utf8')).trim()],
    );
    return {
      'content-type': 'application/x-ndjson',
      ...(this.#options.gzip ? { 'content-encoding': 'gzip' } : {}),
      'idempotency-key': key,
      ...this.#options.headers,
      ...Object.fromEntries(await Promise.all(fromFiles)),
    };
  }
}

/** The milliseconds of a `Retry-After` in seconds. Dates are rare and ignored. */
function parseRetryAfter(header: string | string[] | undefined): number | undefined {
  return typeof header === 'string' && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : undefined;
}
