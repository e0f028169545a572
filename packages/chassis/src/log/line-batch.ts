import type { DestinationStream } from 'pino';

/** Where lines go: what SonicBoom, pino's own destination, has of it. */
export type LineDestination = DestinationStream & { flush(done: (error?: Error) => void): void; flushSync(): void };

/** Milliseconds that a line may wait for others. */
const patience = 10;

/**
 * Hands lines on in batches: one at a time they cost a busy server a tenth of its requests. A line waits 10 ms at most;
 * what waits is handed on before each flush, so that only SIGKILL and a crash of Node itself can take it.
 */
export class LineBatch implements LineDestination {
  readonly #destination: LineDestination;
  #lines: string[] = [];

  constructor(destination: LineDestination) {
    this.#destination = destination;
  }

  write(line: string): void {
    if (this.#lines.push(line) === 1) setTimeout(() => this.#handOn(), patience);
  }

  flush(done: (error?: Error) => void): void {
    this.#handOn();
    this.#destination.flush(done);
  }

  flushSync(): void {
    this.#handOn();
    this.#destination.flushSync();
  }

  #handOn(): void {
    if (this.#lines.length === 0) return;
    const text = this.#lines.join('');
    this.#lines = [];
    this.#destination.write(text);
  }
}
