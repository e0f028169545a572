import { describeError, PodkitError } from '@podkit/chassis/errors';
import { withTimeout } from '@podkit/chassis/process/timeout';
import { Hysteresis, type HysteresisOptions } from './hysteresis.ts';

/** Checks one dependency; rejects with the reason when the check fails. */
export type DependencyCheck = (signal: AbortSignal) => Promise<void>;

export type DependencyOptions = HysteresisOptions & {
  /** Milliseconds between two checks. */
  period: number;
  /** Timeout of one check in milliseconds. */
  timeout: number;
};

/** Checks one dependency at an interval, outside the probe, so that a slow dependency does not make a probe slow. */
export class Dependency {
  readonly #run: DependencyCheck;
  readonly #options: DependencyOptions;
  readonly #hysteresis: Hysteresis;
  #reason = 'not checked yet';
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(run: DependencyCheck, options: DependencyOptions) {
    this.#run = run;
    this.#options = options;
    this.#hysteresis = new Hysteresis(options);
  }

  /** Check now, and from then on every period. */
  async start(): Promise<void> {
    await this.checkOnce();
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.start(), this.#options.period);
    this.#timer.unref();
  }

  async checkOnce(): Promise<void> {
    try {
      await withTimeout('the check', this.#options.timeout, this.#run);
      this.#hysteresis.record(true);
    } catch (error) {
      this.#reason = describeError(error);
      this.#hysteresis.record(false);
    }
  }

  /** For health checks: throws the reason once enough checks in a row have failed. */
  check(): void {
    if (this.#hysteresis.verdict !== true) throw new PodkitError('ERR_DEPENDENCY', this.#reason);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }
}
