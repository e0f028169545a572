import type { EventStream } from '../http/event-stream.ts';

/** Milliseconds between two documents at least, and at most while somebody looks. */
const [shortest, longest] = [200, 2000];

/** Sends the console's document to its streams: soon after a change, and from time to time without one. */
export class ConsoleFeed {
  readonly #stream: EventStream;
  readonly #document: () => Promise<unknown>;
  readonly #timer: NodeJS.Timeout;
  #changed = false;
  #sending = false;
  #sent = 0;

  constructor(stream: EventStream, document: () => Promise<unknown>) {
    this.#stream = stream;
    this.#document = document;
    this.#timer = setInterval(() => void this.#send(), shortest);
    this.#timer.unref();
  }

  /** Something that the console shows has changed. */
  touch(): void {
    this.#changed = true;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #send(): Promise<void> {
    const due = this.#changed || performance.now() - this.#sent >= longest;
    if (!due || this.#sending || this.#stream.size === 0) return;
    this.#sending = true;
    this.#changed = false;
    try {
      this.#stream.publish('console', await this.#document());
      this.#sent = performance.now();
    } finally {
      this.#sending = false;
    }
  }
}
