import { TimeoutError, withTimeout } from '@podkit/chassis/process/timeout';
import { StoreError } from '../../store/store-error.ts';

export type TimeLimit = {
  /** Milliseconds that a statement may take. */
  commandTimeout: number;
  /** Milliseconds that the server has for its word on a statement that it was asked to give up. */
  cancelTimeout: number;
  /** Ask the server to give it up. */
  cancel: () => void;
};

/**
 * Wait for a statement. When its time is over the server is asked to give it up and to say so: its error then means that
 * nothing happened. Whatever else it says or does not say, the outcome is unknown: even a success, since interrupted
 * commits are acknowledged without the standbys that they waited for.
 */
export async function inTime<T>(statement: Promise<T>, limit: TimeLimit): Promise<T> {
  try {
    return await withTimeout('the statement', limit.commandTimeout, () => statement);
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
  }
  limit.cancel();
  await withTimeout('the cancellation', limit.cancelTimeout, () => statement).catch((error: unknown) => {
    if (!(error instanceof TimeoutError)) throw error;
  });
  throw new StoreError('ERR_TIMEOUT', `PostgreSQL did not answer within ${limit.commandTimeout} ms`, {
    outcome: 'unknown',
  });
}
