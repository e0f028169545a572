import { backoff } from '@podkit/chassis/process/backoff';

type ReconnectorOptions = {
  /** Open the connection; it ends in `connected()` or in `lost()`. */
  open: () => void;
  /** Ask something of it; it ends in `connected()` or in `lost()`. */
  check: () => void;
  onLost: (reason: string) => void;
};

/** Milliseconds. */
const firstDelay = 100;
const maxDelay = 5000;
const heartbeat = 5000;

/**
 * Decides when a connection that reports changes is opened again, with back-off, and when it is checked: after a silent
 * loss, a cache would go on serving old values.
 */
export class Reconnector {
  closed = false;
  readonly #options: ReconnectorOptions;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;

  constructor(options: ReconnectorOptions) {
    this.#options = options;
  }

  connected(): void {
    this.#failures = 0;
    this.#later(heartbeat, this.#options.check);
  }

  lost(reason: string): void {
    if (this.closed) return;
    this.#options.onLost(reason);
    const delay = backoff(this.#failures, firstDelay, maxDelay);
    this.#failures += 1;
    this.#later(delay, this.#options.open);
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.#timer);
  }

  #later(delay: number, work: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(work, delay);
    this.#timer.unref();
  }
}
