import { TimeoutError, withTimeout } from '@podkit/chassis/process/timeout';
import { StoreError } from '../../store/store-error.ts';

export type TimeLimit = {
  /** Milliseconds that a statement may take. */
  commandTimeout: number;
  /** Milliseconds that the server has to answer a cancelled statement. */
  cancelTimeout: number;
  /** Ask the server to cancel it. */
  cancel: () => void;
};

/**
 * Wait for a statement. After the timeout the server is asked to cancel it: if it confirms that with an error, nothing
 * happened. Otherwise the outcome is unknown, even after a success: a cancelled commit is acknowledged without the standbys
 * that it waited for.
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
