export type HysteresisOptions = { failures: number; successes: number };

/**
 * A verdict that changes only after several checks in a row. The first check decides at once, so that the start is not
 * delayed.
 */
export class Hysteresis {
  readonly #options: HysteresisOptions;
  #count = 0;
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
      this.#count = 0;
      return this.#verdict;
    }
    this.#count += 1;
    if (this.#count >= (ok ? this.#options.successes : this.#options.failures)) {
      this.#verdict = ok;
      this.#count = 0;
    }
    return this.#verdict;
  }
}
