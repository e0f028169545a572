import { describeError } from '@podkit/chassis/errors';
import type { Logger } from '@podkit/chassis/log/logger';
import { type FetchedBody, HttpClient } from '../fetch/client.ts';
import type { FetchConfig } from '../fetch/config.ts';
import { FetchError } from '../fetch/errors.ts';
import { NamedCounts } from '../named-counts.ts';
import type { Family } from '../series/family.ts';
import { Snapshot } from '../series/snapshot.ts';
import type { SeriesLimits } from '../series/store.ts';

/** Where a response is read into. `onError` is called for each part that is left out. */
export type PullTarget = { snapshot: Snapshot; onError: (reason: string) => void };

/** What every source over HTTP needs. */
export type PullContext = { limits: SeriesLimits; log: Logger };

export type PullResult = { up: boolean; seconds: number; families: Family[] };

export type PullOptions = PullContext & {
  config: FetchConfig;
  /** The media types that it can read. */
  accept?: string;
  /** Statuses that count as success; by default 200 to 299. */
  validStatus?: readonly number[] | undefined;
  /** Makes the body of each request, which then is a POST. */
  body?: (() => string | undefined) | undefined;
  /** Reads a response. @throws {FetchError} when it can't be read as a whole */
  read: (response: FetchedBody, target: PullTarget) => void | Promise<void>;
};

/** A source that is fetched over HTTP at each scrape. */
export class PullSource {
  readonly name: string;
  readonly #options: PullOptions;
  readonly #client: HttpClient;
  /** Errors so far, by reason. */
  readonly errors = new NamedCounts();
  #running: Promise<PullResult> | undefined;
  #wasUp = true;

  constructor(options: PullOptions) {
    this.name = options.config.name;
    this.#options = options;
    this.#client = new HttpClient(options.config.client);
  }

  /**
   * Read the source within `timeout` milliseconds. Concurrent calls share one read, so that several scrapers cost the
   * application one request. Never rejects: a source that fails is not up.
   */
  collect(timeout: number): Promise<PullResult> {
    this.#running ??= this.#collect(timeout).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async close(): Promise<void> {
    await this.#running;
    await this.#client.close();
  }

  async #collect(scrapeTimeout: number): Promise<PullResult> {
    const began = performance.now();
    const { limits, config, accept, validStatus, body, read } = this.#options;
    const { url, headers, maxBytes, timeout } = config;
    const onError = (reason: string) => this.errors.add(reason);
    const snapshot = new Snapshot(limits, onError);
    try {
      const signal = AbortSignal.timeout(Math.max(1, Math.round(Math.min(scrapeTimeout, timeout))));
      const request = { url, headers, accept, maxBytes, validStatus, body: body?.(), signal };
      await read(await this.#client.fetch(request), { snapshot, onError });
      this.#note(true);
      return { up: true, seconds: (performance.now() - began) / 1000, families: snapshot.families() };
    } catch (error) {
      this.errors.add(error instanceof FetchError ? error.reason : 'internal');
      this.#note(false, error);
      // A part of the metrics would look like all of them, so a failed read gives none.
      return { up: false, seconds: (performance.now() - began) / 1000, families: [] };
    }
  }

  /** Only changes are logged, so a source that is down all night logs one line. */
  #note(up: boolean, error?: unknown): void {
    if (up === this.#wasUp) return;
    this.#wasUp = up;
    const { log } = this.#options;
    if (up) log.info({ source: this.name }, `${this.name}: is up again`);
    else log.warn({ source: this.name, err: error }, `${this.name}: is down: ${describeError(error)}`);
  }
}
