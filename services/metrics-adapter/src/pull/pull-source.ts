import { describeError } from '@podkit/chassis/errors';
import type { Logger } from '@podkit/chassis/log/logger';
import { FetchError } from '../fetch/errors.ts';
import type { Family } from '../series/family.ts';
import { Snapshot } from '../series/snapshot.ts';
import type { SeriesLimits } from '../series/store.ts';

/** Fetches one source and reads it into a snapshot. `onError` is called for each part that is left out. */
export type Collect = (
  snapshot: Snapshot,
  options: { signal: AbortSignal; onError: (reason: string) => void },
) => Promise<void>;

/** What every source over HTTP needs. */
export type PullContext = { limits: SeriesLimits; log: Logger };

export type PullResult = { up: boolean; seconds: number; families: Family[] };

export type PullOptions = {
  name: string;
  limits: SeriesLimits;
  /** Timeout in milliseconds; the scraper's timeout can shorten it. */
  timeout: number;
  collect: Collect;
  close: () => Promise<void>;
  log: Logger;
};

/** A source that is read at each scrape. */
export class PullSource {
  readonly name: string;
  readonly #options: PullOptions;
  readonly #errors = new Map<string, number>();
  #running: Promise<PullResult> | undefined;
  #wasUp = true;

  constructor(options: PullOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /** Errors so far, by reason. */
  get errors(): ReadonlyMap<string, number> {
    return this.#errors;
  }

  /** Count an error in the answer of this source. */
  error(reason: string): void {
    this.#errors.set(reason, (this.#errors.get(reason) ?? 0) + 1);
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
    await this.#options.close();
  }

  async #collect(scrapeTimeout: number): Promise<PullResult> {
    const began = performance.now();
    const { limits, timeout, collect } = this.#options;
    const onError = (reason: string) => this.error(reason);
    const snapshot = new Snapshot(limits, onError);
    try {
      const signal = AbortSignal.timeout(Math.max(1, Math.round(Math.min(scrapeTimeout, timeout))));
      await collect(snapshot, { signal, onError });
      this.#note(true);
      return { up: true, seconds: (performance.now() - began) / 1000, families: snapshot.families() };
    } catch (error) {
      this.error(error instanceof FetchError ? error.reason : 'internal');
      this.#note(false, error);
      // A part of the metrics would look like all of them, so a failed read gives none.
      return { up: false, seconds: (performance.now() - began) / 1000, families: [] };
    }
  }

  /** Only changes are logged, so a source that is down all night logs one line. */
  #note(up: boolean, error?: unknown): void {
    if (up === this.#wasUp) return;
    this.#wasUp = up;
    const { log, name } = this.#options;
    if (up) log.info({ source: name }, `${name}: is up again`);
    else log.warn({ source: name, err: error }, `${name}: is down: ${describeError(error)}`);
  }
}
