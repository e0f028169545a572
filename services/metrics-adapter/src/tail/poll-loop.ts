export type PollLoopOptions = {
  task: () => Promise<void>;
  /** Milliseconds between runs. */
  interval: number;
  /** Milliseconds between runs at least, however often it is woken. */
  shortest: number;
  onError: (error: unknown) => void;
};

/** Runs a task again and again, never twice at once: after each interval, and sooner when woken. */
export class PollLoop {
  readonly #options: PollLoopOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #woken = false;
  #stopped = false;

  constructor(options: PollLoopOptions) {
    this.#options = options;
  }

  /** Run at once; resolves when that run is done. */
  async start(): Promise<void> {
    await this.#run();
  }

  /** Something happened: run soon. */
  wake(): void {
    if (this.#woken || this.#stopped) return;
    this.#woken = true;
    if (this.#running === undefined) this.#schedule(this.#options.shortest);
  }

  /** Let a run under way finish, run once more, and no more after that. */
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
