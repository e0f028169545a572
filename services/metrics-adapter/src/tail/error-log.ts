import { describeError } from '@podkit/chassis/errors';
import type { Logger } from '@podkit/chassis/log/logger';

/** Logs an error of a path once, and again when it changes, not at each check. */
export class ErrorLog {
  readonly #log: Logger;
  readonly #source: string;
  readonly #last = new Map<string, string>();

  constructor(log: Logger, source: string) {
    this.#log = log;
    this.#source = source;
  }

  warn(path: string, error: unknown): void {
    const message = describeError(error);
    if (this.#last.get(path) === message) return;
    this.#last.set(path, message);
    this.#log.warn({ source: this.#source, path, err: error }, `${path}: ${message}`);
  }

  /** Call when the path has no error any more. */
  clear(path: string): void {
    this.#last.delete(path);
  }
}
