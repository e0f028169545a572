import { StoreError } from '../../engine/store-error.ts';

export type TimeLimit = {
  /** Milliseconds that a statement may take. */
  commandTimeout: number;
  /** Milliseconds that the server has for its word on a statement that it was asked to give up. */
  cancelTimeout: number;
  /** Ask the server to give it up. */
  cancel: () => void;
};

const late = Symbol('late');

/**
 * Wait for a statement. When its time is over the server is asked to give it up and to say so: its error then means that
 * nothing happened. Whatever else it says or does not say, the outcome is unknown: even a success, since interrupted
 * commits are acknowledged without the standbys that they waited for.
 */
export async function inTime<T>(statement: Promise<T>, limit: TimeLimit): Promise<T> {
  const result = await orLate(statement, limit.commandTimeout);
  if (result !== late) return result;
  limit.cancel();
  await orLate(statement, limit.cancelTimeout);
  throw new StoreError('ERR_TIMEOUT', `PostgreSQL did not answer within ${limit.commandTimeout} ms`, {
    outcome: 'unknown',
  });
}

async function orLate<T>(statement: Promise<T>, milliseconds: number): Promise<T | typeof late> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<typeof late>((resolve) => {
    timer = setTimeout(resolve, milliseconds, late);
  });
  try {
    return await Promise.race([statement, over]);
  } finally {
    clearTimeout(timer);
  }
}
