import { getErrorCode, PodkitError } from '@podkit/chassis/errors';
import type { Log } from '../log/log.ts';
import { delayBefore } from './backoff.ts';
import { isFullHash } from './layout.ts';
import type { PassResult, Syncer } from './syncer.ts';

export type LoopOptions = {
  syncer: Pick<Syncer, 'pass' | 'cleanup'>;
  log: Log;
  ref: string;
  /** Milliseconds: between passes, the same before the first success, and the most a pass may take. */
  period: number;
  initPeriod: number;
  timeout: number;
  maxFailures: number;
  initMaxFailures: number | undefined;
  oneTime: boolean;
  /** Called after each success, before the loop goes on; what it throws counts as a failed one-time run. */
  onSuccess: (result: PassResult, seconds: number) => Promise<void>;
  onFailure: (error: unknown, seconds: number) => void;
  /** Waits until this loop may run a pass; without it at once. */
  turn?: <T>(work: () => Promise<T>) => Promise<T>;
  now?: () => number;
  random?: () => number;
};

type Outcome = { result: PassResult } | { result?: undefined; error: unknown };

/** Runs passes until it is stopped, there were too many failures, or one success is enough. */
export class SyncLoop {
  readonly #options: LoopOptions;
  readonly #stop = new AbortController();
  readonly #cut = new AbortController();
  #pending = false;
  #wake: (() => void) | undefined;

  constructor(options: LoopOptions) {
    this.#options = options;
  }

  /** Start a pass now; during a pass, one more follows it, however often this is called. */
  trigger(): void {
    this.#pending = true;
    this.#wake?.();
  }

  /** Begin no further pass; the one in flight may finish. */
  stop(): void {
    this.#stop.abort();
    this.#wake?.();
  }

  /** End the pass in flight as well. What it made is unpublished, and swept by the next start. */
  cut(): void {
    this.stop();
    this.#cut.abort(new PodkitError('ERR_STOPPED', 'git-sync is stopping'));
  }

  /**
   * Resolves when the loop was stopped, or after the first success of a one-time run.
   *
   * @throws {PodkitError} ERR_TOO_MANY_FAILURES, with the last failure as its cause
   */
  async run(): Promise<void> {
    const {
      log,
      maxFailures,
      initMaxFailures = maxFailures,
      oneTime,
      ref,
      initPeriod,
      random = Math.random,
    } = this.#options;
    let failures = 0;
    let succeeded = false;
    while (!this.#stop.signal.aborted) {
      this.#pending = false;
      const outcome = await this.#pass();
      let error: unknown;
      if (this.#stop.signal.aborted && !oneTime) return;
      if (outcome.result !== undefined) {
        succeeded = true;
        failures = 0;
        if (oneTime) return;
        if (isFullHash(ref) && outcome.result.tree.hash === ref) {
          log.info(0, 'ref appears to be a git hash, no further sync needed', { ref });
          return this.#untilStopped();
        }
      } else {
        if (getErrorCode(outcome.error) === 'ERR_ONE_TIME_HOOK') throw outcome.error;
        failures += 1;
        error = outcome.error;
        const limit = succeeded ? maxFailures : initMaxFailures;
        if (limit >= 0 && failures >= limit)
          throw new PodkitError('ERR_TOO_MANY_FAILURES', `${failures} failed passes in a row`, {
            cause: outcome.error,
          });
      }
      const period = succeeded || initPeriod === 0 ? this.#options.period : initPeriod;
      await this.#sleep(delayBefore({ period, failures, error }, random));
    }
  }

  #pass(): Promise<Outcome> {
    const { turn } = this.#options;
    return turn === undefined ? this.#passNow() : turn(() => this.#passNow());
  }

  async #passNow(): Promise<Outcome> {
    const { syncer, timeout, onSuccess, onFailure, now = () => performance.now() } = this.#options;
    const began = now();
    const seconds = () => (now() - began) / 1000;
    const deadline = new AbortController();
    const late = () => deadline.abort(new PodkitError('ERR_SYNC_TIMEOUT', `timed out after ${timeout} ms`));
    const timer = setTimeout(late, Math.min(timeout, 2 ** 31 - 1));
    const signal = AbortSignal.any([deadline.signal, this.#cut.signal]);
    try {
      const result = await syncer.pass(signal);
      await onSuccess(result, seconds());
      await syncer.cleanup(signal);
      return { result };
    } catch (error) {
      onFailure(error, seconds());
      return { error };
    } finally {
      clearTimeout(timer);
    }
  }

  /** Triggers have no effect any more. */
  async #untilStopped(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.#pending = false;
      await this.#sleep(2 ** 31 - 1);
    }
  }

  async #sleep(milliseconds: number): Promise<void> {
    if (this.#pending || this.#stop.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.min(milliseconds, 2 ** 31 - 1));
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }
}
