import { describeError } from '@podkit/chassis/errors';
import type { Logger } from '@podkit/chassis/log/logger';
import { FetchError } from '../fetch/errors.ts';
import type { Family } from '../series/family.ts';
import { Snapshot } from '../series/snapshot.ts';
import type { SeriesLimits } from '../series/store.ts';

/** Fetches and reads one source into a snapshot; `onError` is called for each part that had to be left out. */
export type Collect = (
  snapshot: Snapshot,
  options: { signal: AbortSignal; onError: (reason: string) => void },
) => Promise<void>;

/** What every source over HTTP is made with. */
export type PullContext = { limits: SeriesLimits; log: Logger };

export type PullResult = { up: boolean; seconds: number; families: Family[] };

export type PullOptions = {
  name: string;
  limits: SeriesLimits;
  /** Longest wait in milliseconds; the scraper's own timeout can shorten it. */
  timeout: number;
  collect: Collect;
  close: () => Promise<void>;
  log: Logger;
};

/** A source that is asked when we are: its metrics are as fresh as the scrape. */
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

  /** What went wrong so far, by reason. */
  get errors(): ReadonlyMap<string, number> {
    return this.#errors;
  }

  /** Count something that went wrong with what this source said. */
  error(reason: string): void {
    this.#errors.set(reason, (this.#errors.get(reason) ?? 0) + 1);
  }

  /**
   * Ask the source and wait at most `timeout` milliseconds. Who asks meanwhile gets the same answer: several
   * scrapers at once cost the application one request. It never rejects; a source that fails is not up.
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
      // Part of a source would look like the whole of it: what it said until then doesn't count.
      return { up: false, seconds: (performance.now() - began) / 1000, families: [] };
    }
  }

  /** Only changes are logged: a source that is down for a night is one line. */
  #note(up: boolean, error?: unknown): void {
    if (up === this.#wasUp) return;
    this.#wasUp = up;
    const { log, name } = this.#options;
    if (up) log.info({ source: name }, `${name}: up again`);
    else log.warn({ source: name, err: error }, `${name}: not up: ${describeError(error)}`);
  }
}
