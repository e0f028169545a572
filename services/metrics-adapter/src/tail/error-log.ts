import { describeError } from '@podkit/chassis/errors';
import type { Logger } from '@podkit/chassis/log/logger';

/** Logs what goes wrong with a path once, not at each check, and again when the error changes. */
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

  /** The path is well again. */
  clear(path: string): void {
    this.#last.delete(path);
  }
}
