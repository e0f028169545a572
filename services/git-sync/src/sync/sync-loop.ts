import { getErrorCode, PodkitError } from '@podkit/chassis/errors';
import type { Log } from '../log/log.ts';
import type { Limit } from '../process/limit.ts';
import { createStopError, longestWait } from '../process/timeout-signal.ts';
import { chooseDelay } from './backoff.ts';
import type { PassResult, Syncer } from './syncer.ts';

export type LoopOptions = {
  syncer: Pick<Syncer, 'pass' | 'cleanup'>;
  log: Log;
  ref: string;
  /** Milliseconds between passes, between those before the first success, and for one pass at most. */
  period: number;
  initPeriod: number;
  timeout: number;
  maxFailures: number;
  initMaxFailures: number | undefined;
  oneTime: boolean;
  /** Called after each success; when it throws, the pass has failed. */
  onSuccess: (result: PassResult, seconds: number) => Promise<void>;
  onFailure: (error: unknown, seconds: number) => void;
  /** Limits how many passes run at the same time; the others wait. */
  limit: Limit;
};

type PassOutcome = { result: PassResult } | { result?: undefined; error: unknown };

/** Runs passes until it is stopped, there are too many failures, or a one-time run succeeds. */
export class SyncLoop {
  readonly #options: LoopOptions;
  readonly #stop = new AbortController();
  readonly #cut = new AbortController();
  #pending = false;
  #wake: (() => void) | undefined;

  constructor(options: LoopOptions) {
    this.#options = options;
  }

  /** Start a pass now. During a pass, any number of calls lead to one more pass. */
  trigger(): void {
    this.#pending = true;
    this.#wake?.();
  }

  /** Start no further pass; the one in flight may finish. */
  stop(): void {
    this.#stop.abort();
    this.#wake?.();
  }

  /** End the pass in flight too. The next start removes what it left. */
  cut(): void {
    this.stop();
    this.#cut.abort(createStopError());
  }

  /**
   * Resolves when the loop was stopped, or after the first success of a one-time run.
   *
   * @throws {PodkitError} ERR_TOO_MANY_FAILURES, with the last failure as its cause
   */
  async run(): Promise<void> {
    const { log, maxFailures, initMaxFailures = maxFailures, oneTime, ref, initPeriod } = this.#options;
    let failures = 0;
    let succeeded = false;
    while (!this.#stop.signal.aborted) {
      this.#pending = false;
      const outcome = await this.#pass();
      let error: unknown;
      if (outcome === undefined || (this.#stop.signal.aborted && !oneTime)) return;
      if (outcome.result !== undefined) {
        succeeded = true;
        failures = 0;
        if (oneTime) return;
        // Only a full hash can be equal; it never moves.
        if (outcome.result.tree.hash === ref) {
          log.info(0, 'ref appears to be a git hash, no further sync needed', { ref });
          return this.#untilStopped();
        }
      } else {
        if (getErrorCode(outcome.error) === 'ERR_ONE_TIME_HOOK') throw outcome.error;
        failures += 1;
        error = outcome.error;
        const allowed = succeeded ? maxFailures : initMaxFailures;
        if (allowed >= 0 && failures >= allowed)
          throw new PodkitError('ERR_TOO_MANY_FAILURES', `${failures} failed passes in a row`, {
            cause: outcome.error,
          });
      }
      const period = succeeded || initPeriod === 0 ? this.#options.period : initPeriod;
      await this.#sleep(chooseDelay({ period, failures, error }, Math.random));
    }
  }

  /** Gives undefined when it was stopped while it waited for its turn. */
  async #pass(): Promise<PassOutcome | undefined> {
    return this.#options.limit.run(async () => (this.#stop.signal.aborted ? undefined : this.#passNow()));
  }

  async #passNow(): Promise<PassOutcome> {
    const { syncer, timeout, onSuccess, onFailure } = this.#options;
    const began = performance.now();
    const seconds = () => (performance.now() - began) / 1000;
    const deadline = new AbortController();
    const late = () => deadline.abort(new PodkitError('ERR_SYNC_TIMEOUT', `timed out after ${timeout} ms`));
    const timer = setTimeout(late, Math.min(timeout, longestWait));
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

  /** Wait for `stop`; triggers start no pass. */
  async #untilStopped(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.#pending = false;
      await this.#sleep(longestWait);
    }
  }

  async #sleep(milliseconds: number): Promise<void> {
    if (this.#pending || this.#stop.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.min(milliseconds, longestWait));
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }
}
