export type PollLoopOptions = {
  task: () => Promise<void>;
  /** Milliseconds between runs. */
  interval: number;
  /** Minimum milliseconds between runs, even if it is woken more often. */
  shortest: number;
  onError: (error: unknown) => void;
};

/** Runs a task at an interval, and sooner when woken, but never twice at once. */
export class PollLoop {
  readonly #options: PollLoopOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #woken = false;
  #stopped = false;

  constructor(options: PollLoopOptions) {
    this.#options = options;
  }

  /** Run immediately. Resolves when that run is done. */
  async start(): Promise<void> {
    await this.#run();
  }

  /** Run soon. */
  wake(): void {
    if (this.#woken || this.#stopped) return;
    this.#woken = true;
    if (this.#running === undefined) this.#schedule(this.#options.shortest);
  }

  /** Wait for a run in progress, then run a last time. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
    await this.#task();
  }

  #run(): Promise<void> {
    this.#woken = false;
    const run = this.#task().finally(() => {
      this.#running = undefined;
      if (!this.#stopped) this.#schedule(this.#woken ? this.#options.shortest : this.#options.interval);
    });
    this.#running = run;
    return run;
  }

  async #task(): Promise<void> {
    try {
      await this.#options.task();
    } catch (error) {
      this.#options.onError(error);
    }
  }

  #schedule(delay: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#run(), delay);
  }
}
