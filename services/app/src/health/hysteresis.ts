export type HysteresisOptions = { failures: number; successes: number };

/**
 * A verdict that changes only after several checks in a row. The very first check decides at once, so that it does not
 * delay the start.
 */
export class Hysteresis {
  readonly #options: HysteresisOptions;
  #run = 0;
  #verdict: boolean | undefined;

  constructor(options: HysteresisOptions) {
    this.#options = options;
  }

  /** True or false, or undefined before the first check. */
  get verdict(): boolean | undefined {
    return this.#verdict;
  }

  /** Record one check; returns the verdict after it. */
  record(ok: boolean): boolean {
    if (this.#verdict === undefined) this.#verdict = ok;
    if (ok === this.#verdict) {
      this.#run = 0;
      return this.#verdict;
    }
    this.#run += 1;
    if (this.#run >= (ok ? this.#options.successes : this.#options.failures)) {
      this.#verdict = ok;
      this.#run = 0;
    }
    return this.#verdict;
  }
}
