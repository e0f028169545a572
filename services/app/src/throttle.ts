/** Runs its work at most once per interval. A call while the work runs waits for that run. */
export class Throttle {
  readonly #interval: number;
  readonly #work: () => Promise<void>;
  #endedAt = Number.NEGATIVE_INFINITY;
  #running: Promise<void> | undefined;

  /** `interval` is in milliseconds, from the end of one run to the start of the next. */
  constructor(interval: number, work: () => Promise<void>) {
    this.#interval = interval;
    this.#work = work;
  }

  async run(): Promise<void> {
    if (performance.now() - this.#endedAt < this.#interval) return;
    this.#running ??= this.#work().finally(() => {
      this.#endedAt = performance.now();
      this.#running = undefined;
    });
    await this.#running;
  }
}
