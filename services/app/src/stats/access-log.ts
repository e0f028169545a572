import { appendFile, rename, stat } from 'node:fs/promises';
import type { HttpMetrics } from '@podkit/chassis/http/http-metrics';

export type AccessLogOptions = {
  path: string;
  /** Bytes at which the file is renamed to `path.1`, and a new one begins. */
  limit: number;
  onError: (error: unknown) => void;
};

/** Maximum number of lines that wait for the disk; further ones are dropped and counted. */
const maxPendingLines = 10_000;

/** Writes one CSV line per request: time, method, route, status, nanoseconds. An adapter reads it in a shared folder. */
export class AccessLog {
  readonly #options: AccessLogOptions;
  #pending: string[] = [];
  #work: Promise<void> | undefined;
  #dropped = 0;

  constructor(options: AccessLogOptions) {
    this.#options = options;
  }

  /** Number of lines that were lost because the disk was too slow or failed. */
  get dropped(): number {
    return this.#dropped;
  }

  readonly observe: HttpMetrics['observe'] = (method, route, status, seconds) => {
    if (this.#pending.length >= maxPendingLines) {
      this.#dropped += 1;
      return;
    }
    const nanoseconds = Math.round(seconds * 1e9);
    this.#pending.push(
      `${new Date().toISOString()},${method},"${route.replaceAll('"', '""')}",${status},${nanoseconds}\n`,
    );
    this.#work ??= this.#write().finally(() => (this.#work = undefined));
  };

  /** Resolves when every line is written. */
  async close(): Promise<void> {
    await this.#work;
  }

  async #write(): Promise<void> {
    while (this.#pending.length > 0) {
      // Lines of one turn of the event loop share one write.
      await new Promise<void>((resolve) => setImmediate(resolve));
      const lines = this.#pending;
      this.#pending = [];
      try {
        await this.#rotateWhenLarge();
        await appendFile(this.#options.path, lines.join(''));
      } catch (error) {
        this.#dropped += lines.length;
        this.#options.onError(error);
      }
    }
  }

  async #rotateWhenLarge(): Promise<void> {
    const { path, limit } = this.#options;
    const size = await stat(path).then(
      (stats) => stats.size,
      () => 0,
    );
    if (size >= limit) await rename(path, `${path}.1`);
  }
}
