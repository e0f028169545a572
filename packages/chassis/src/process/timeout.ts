import { PodkitError } from '../errors.ts';

/** Work that did not end in time. */
export class TimeoutError extends PodkitError {
  constructor(what: string, milliseconds: number) {
    super('ERR_TIMEOUT', `${what} timed out after ${milliseconds} ms`);
  }
}

/**
 * Run `work` with a timeout in milliseconds. Its signal aborts when the work is done or the timeout is over, so that nothing
 * it started goes on.
 *
 * @throws {TimeoutError} naming `what`
 */
export async function withTimeout<T>(
  what: string,
  milliseconds: number,
  work: (signal: AbortSignal) => T | Promise<T>,
): Promise<T> {
  const over = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new TimeoutError(what, milliseconds)), milliseconds);
  });
  try {
    return await Promise.race([(async () => work(over.signal))(), late]);
  } finally {
    clearTimeout(timer);
    over.abort();
  }
}
