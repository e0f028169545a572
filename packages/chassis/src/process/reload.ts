import { Counter, Gauge, type Registry } from 'prom-client';
import { ConfigError } from '../config/config.ts';
import { describeError } from '../errors.ts';
import { watchFiles } from '../files/watch-files.ts';
import type { Logger } from '../log/logger.ts';

export type ReloaderOptions = {
  /** Read the files and apply them. If it throws, everything stays as it was. */
  reload: () => void | Promise<void>;
  /** The files that are watched. */
  paths: readonly string[];
  log: Logger;
  registry?: Registry;
  /** The parts of `process` that are needed: reload on SIGHUP. */
  host?: Pick<NodeJS.Process, 'on' | 'off'>;
};

/**
 * Reloads a configuration when one of its files changes, on SIGHUP, and when asked. Reloads run one after the other and
 * each is counted. Two that are requested while one runs both run.
 */
export class Reloader {
  readonly #options: ReloaderOptions;
  readonly #counter: Counter<'result'>;
  readonly #successful: Gauge;
  readonly #reloadedAt: Gauge;
  #last: Promise<void> = Promise.resolve();
  #stopWatching: () => void = () => undefined;
  readonly #onSignal = () => this.reloadAndLog();

  constructor(options: ReloaderOptions) {
    this.#options = options;
    const registers = options.registry === undefined ? [] : [options.registry];
    this.#counter = new Counter({
      name: 'podkit_config_reloads_total',
      help: 'Reloads of the configuration, by result: success or failure.',
      labelNames: ['result'],
      registers,
    });
    for (const result of ['success', 'failure']) this.#counter.inc({ result }, 0);
    this.#successful = new Gauge({
      name: 'podkit_config_last_reload_successful',
      help: 'Whether the configuration on disk, when last read, is the one in use.',
      registers,
    });
    this.#reloadedAt = new Gauge({
      name: 'podkit_config_last_reload_success_timestamp_seconds',
      help: 'When the configuration in use was read.',
      registers,
    });
    this.#markInUse();
  }

  /** Begin to watch the files and to listen to SIGHUP. */
  start(): void {
    const { paths, host } = this.#options;
    host?.on('SIGHUP', this.#onSignal);
    if (paths.length > 0) this.#stopWatching = watchFiles(paths, this.#onSignal);
  }

  stop(): void {
    this.#options.host?.off('SIGHUP', this.#onSignal);
    this.#stopWatching();
  }

  /** @throws what the reload threw; the previous configuration is kept */
  reload(): Promise<void> {
    const next = this.#last.catch(() => undefined).then(() => this.#reload());
    this.#last = next;
    return next;
  }

  /** The same for a signal or a file event: only the log has the result. */
  reloadAndLog(): void {
    this.reload().catch(() => undefined);
  }

  async #reload(): Promise<void> {
    const { reload, paths, log } = this.#options;
    try {
      await reload();
      this.#counter.inc({ result: 'success' });
      this.#markInUse();
      log.info({ paths }, 'configuration reloaded');
    } catch (error) {
      this.#counter.inc({ result: 'failure' });
      this.#successful.set(0);
      const errors = error instanceof ConfigError ? error.errors : [describeError(error)];
      log.error({ paths, errors }, 'configuration invalid; keeping the previous one');
      throw error;
    }
  }

  /** The configuration that was read last is the one in use. */
  #markInUse(): void {
    this.#successful.set(1);
    this.#reloadedAt.setToCurrentTime();
  }
}
