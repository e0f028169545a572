import { messageOf } from '@podkit/chassis/errors';
import type { Logger } from '@podkit/chassis/log/logger';
import type { Adapter } from './adapter.ts';
import { loadAdapterConfig } from './config/load.ts';

export type ReloaderOptions = { adapter: Adapter; path: string; log: Logger };

/** Reads the configuration again when told to, one time after the other; a bad one leaves everything as it was. */
export class Reloader {
  readonly #options: ReloaderOptions;
  #last: Promise<void> = Promise.resolve();

  constructor(options: ReloaderOptions) {
    this.#options = options;
  }

  /** @throws {ConfigError | PodkitError} when the old configuration stays */
  reload(): Promise<void> {
    this.#last = this.#last.catch(() => undefined).then(() => this.#reload());
    return this.#last;
  }

  /** The same for a signal or a file event, which nobody waits for: the log says how it went. */
  reloadQuietly(): void {
    this.reload().catch(() => undefined);
  }

  async #reload(): Promise<void> {
    const { adapter, path, log } = this.#options;
    try {
      await adapter.reload(await loadAdapterConfig(path));
      adapter.noteReload(true);
      log.info({ path }, 'configuration read again');
    } catch (error) {
      adapter.noteReload(false);
      log.error({ path, err: error }, `configuration not used, the old one stays: ${messageOf(error)}`);
      throw error;
    }
  }
}
