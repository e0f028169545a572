import { describeError } from '@podkit/chassis/errors';
import { StoreError } from '../../../store/store-error.ts';
import { UpstreamError } from '../upstream/redis-server.ts';
import { CommandError } from './answer.ts';
import { replies } from './errors.ts';

/**
 * The error reply for anything thrown: in Redis' words where there are some, else its own message after ERR or BUSY. It
 * says so if a write may have been applied.
 */
export function asCommandError(error: unknown): CommandError {
  if (error instanceof CommandError) return error;
  if (error instanceof UpstreamError) {
    const text = error.message.replaceAll(/[\r\n]/g, ' ');
    return new CommandError(`ERR upstream: ${text}${error.sent ? ' (the command may have been executed)' : ''}`);
  }
  if (!(error instanceof StoreError)) return new CommandError(`ERR internal error: ${describeError(error)}`);
  if (error.code === 'ERR_WRONG_TYPE') return new CommandError(replies.wrongType);
  if (error.code === 'ERR_NOT_INTEGER') return new CommandError(replies.notInteger);
  const maybe = error.outcome === 'unknown' ? ' (the write may have been applied)' : '';
  return new CommandError(`${error.code === 'ERR_BUSY' ? 'BUSY' : 'ERR'} ${describeError(error)}${maybe}`);
}

/** The error reply for a request that was not answered. */
export const failureLine = (error: unknown): Buffer => Buffer.from(`-${asCommandError(error).message}\r\n`);

export const isMismatch = (error: unknown): boolean =>
  error instanceof StoreError && error.code === 'ERR_ETAG_MISMATCH';
