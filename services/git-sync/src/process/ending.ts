import { describeError, getErrorCode } from '@podkit/chassis/errors';
import { exitCodes, type StopSignal, signalExitCode } from '@podkit/chassis/process/exit-codes';
import type { Lifecycle } from '@podkit/chassis/process/lifecycle';
import { watchParent } from '@podkit/chassis/process/parent';
import type { Log } from '../log/log.ts';
import type { CommandHost } from './host.ts';

export type EndingOptions = { host: CommandHost; lifecycle: Lifecycle; log: Log; oneTime: boolean };

/** Ends the process once, after a signal, after a failure or when it is done, with the exit code for that. */
export class Ending {
  readonly #options: EndingOptions;

  constructor(options: EndingOptions) {
    this.#options = options;
  }

  /** End on SIGTERM, SIGINT, uncaught exceptions, and when the process that started this one is gone. */
  listen(): void {
    const { host } = this.#options;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) host.on(signal, () => this.#onSignal(signal));
    host.on('uncaughtException', (error: unknown) => this.fail(error, 'uncaught exception'));
    watchParent(host.env, () => this.drain('the parent process is gone', exitCodes.ok));
  }

  fail(error: unknown, what: string): void {
    this.#options.log.error(error, what);
    this.drain(what, exitCodes.failure);
  }

  /** Drain, then exit. While a drain runs, further calls do nothing. */
  drain(reason: string, exitCode: number): void {
    const { host, lifecycle, log } = this.#options;
    if (lifecycle.draining) return;
    lifecycle.drain(reason).then(
      () => host.exit(exitCode),
      (error: unknown) => {
        log.error(error, describeError(error));
        host.exit(getErrorCode(error) === 'ERR_DRAIN_DEADLINE' ? exitCodes.drainDeadline : exitCodes.failure);
      },
    );
  }

  #onSignal(signal: StopSignal): void {
    const { host, lifecycle, log, oneTime } = this.#options;
    if (lifecycle.draining) {
      log.info(0, 'second signal: exiting at once', { signal });
      host.exit(signalExitCode(signal));
    }
    log.info(0, 'stopping', { signal });
    // A one-time job that is stopped is not done.
    this.drain(signal, oneTime ? signalExitCode(signal) : exitCodes.ok);
  }
}
