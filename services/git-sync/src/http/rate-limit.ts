/** A bucket of tokens: `burst` at first, one more every `interval` milliseconds, never above `burst`. */
export class RateLimit {
  readonly #burst: number;
  readonly #interval: number;
  readonly #now: () => number;
  #tokens: number;
  #at: number;

  constructor({
    burst,
    interval,
    now = () => performance.now(),
  }: { burst: number; interval: number; now?: () => number }) {
    this.#burst = burst;
    this.#interval = interval;
    this.#now = now;
    this.#tokens = burst;
    this.#at = now();
  }

  /** Take a token; false when there is none. */
  take(): boolean {
    const now = this.#now();
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#at) / this.#interval);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
