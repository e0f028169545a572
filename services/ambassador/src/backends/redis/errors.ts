import { describeError } from '@podkit/chassis/errors';
import { StoreError } from '../../store/store-error.ts';

/** Error replies of temporary conditions. */
const notNow =
  /^(LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|READONLY|BUSY|NOREPLICAS|MISCONF|NOAUTH|WRONGPASS|NOPERM|-?ERR max number of clients)/;

/** What ioredis threw. After an error reply nothing happened; after a lost connection the outcome is unknown. */
export function redisFailure(cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause;
  const text = describeError(cause);
  const message = `Redis: ${text}`;
  if (cause instanceof Error && cause.name === 'ReplyError') {
    if (text.startsWith('CROSSSLOT'))
      return new StoreError('ERR_UNSUPPORTED', 'the keys of a transaction must lie on one slot of the Redis Cluster', {
        cause,
      });
    if (text.startsWith('OOM')) return new StoreError('ERR_TOO_LARGE', message, { cause });
    return new StoreError(notNow.test(text) ? 'ERR_UNAVAILABLE' : 'ERR_BACKEND', message, { cause });
  }
  if (text.includes('Command timed out')) return new StoreError('ERR_TIMEOUT', message, { cause, outcome: 'unknown' });
  // Refused before anything was written to a socket. "Connection is closed" is said of commands in flight, too.
  const unsent = /enableOfflineQueue|is not connected|ECONNREFUSED/.test(text);
  return new StoreError('ERR_UNAVAILABLE', message, { cause, outcome: unsent ? 'not-applied' : 'unknown' });
}

/** A request to ioredis, which rejects with a StoreError. */
export const orFailure = <T>(asked: Promise<T>): Promise<T> =>
  asked.catch((error: unknown) => {
    throw redisFailure(error);
  });
