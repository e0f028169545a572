import { setTimeout as sleep } from 'node:timers/promises';
import { describeError, PodkitError } from '@podkit/chassis/errors';
import type { Logger } from '@podkit/chassis/log/logger';

/**
 * Repeat `work` until it succeeds, for up to `timeout` milliseconds.
 *
 * @throws {PodkitError} ERR_JOB when the time is over
 */
export async function retryUntil<T>(timeout: number, what: string, log: Logger, work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + timeout;
  for (;;) {
    try {
      return await work();
    } catch (cause) {
      if (Date.now() >= deadline) throw new PodkitError('ERR_JOB', `${what} did not answer in time`, { cause });
      log.info(`waiting for ${what}: ${describeError(cause)}`);
    }
    await sleep(500);
  }
}
