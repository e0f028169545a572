import { describeError } from '@podkit/chassis/errors';
import { StoreError } from '../../../store/store-error.ts';
import { UpstreamError } from '../upstream/redis-server.ts';
import { CommandError } from './reply.ts';
import type { RequestView } from './request.ts';

/** Error replies in Redis' own words (7.0, src/server.c and its neighbours): clients and their users match on them. */
export const errorReplies = {
  noAuth: 'NOAUTH Authentication required.',
  wrongPass: 'WRONGPASS invalid username-password pair or user is disabled.',
  authWithoutPassword:
    'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?',
  noProto: 'NOPROTO unsupported protocol version',
  protoNotInteger: 'ERR Protocol version is not an integer or out of range',
  syntax: 'ERR syntax error',
  notInteger: 'ERR value is not an integer or out of range',
  notFloat: 'ERR value is not a valid float',
  overflow: 'ERR increment or decrement would overflow',
  decrementOverflow: 'ERR decrement would overflow',
  wrongType: 'WRONGTYPE Operation against a key holding the wrong kind of value',
  dbIndex: 'ERR DB index is out of range',
  invalidCursor: 'ERR invalid cursor',
  crossSlot: "CROSSSLOT Keys in request don't hash to the same slot",
  nestedMulti: 'ERR MULTI calls can not be nested',
  execWithoutMulti: 'ERR EXEC without MULTI',
  discardWithoutMulti: 'ERR DISCARD without MULTI',
  watchInMulti: 'ERR WATCH inside MULTI is not allowed',
  execAbort: 'EXECABORT Transaction discarded because of previous errors.',
  maxClients: 'ERR max number of clients reached',
  stringTooLong: 'ERR string exceeds maximum allowed size (proto-max-bulk-len)',
  offset: 'ERR offset is out of range',
  ttlOptions: 'ERR NX and XX, GT or LT options at the same time are not compatible',
  ttlGtLt: 'ERR GT and LT options at the same time are not compatible',
} as const;

export const wrongArguments = (command: string): string => `ERR wrong number of arguments for '${command}' command`;

export const invalidExpire = (command: string): string => `ERR invalid expire time in '${command}' command`;

export const subcommandUnknown = (command: string, subcommand: string): string =>
  `ERR unknown subcommand '${subcommand.slice(0, 128)}'. Try ${command.toUpperCase()} HELP.`;

export const notInSubscribedMode = (command: string): string =>
  `ERR Can't execute '${command}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`;

/** The error for an unknown command as Redis 7 words it: its name and its first arguments, both cut at 128 bytes. */
export function unknownRequest(request: RequestView): string {
  let shown = '';
  for (let index = 1; index < Math.min(request.count, 21) && shown.length < 128; index += 1)
    shown += `'${request.text(index).slice(0, 128 - shown.length)}' `;
  return `ERR unknown command '${request.text(0).slice(0, 128)}', with args beginning with: ${shown}`;
}

/**
 * The error reply for anything that was thrown: Redis' own if there is one, else the message after ERR or BUSY. It says if a
 * write may have been applied.
 */
export function asCommandError(error: unknown): CommandError {
  if (error instanceof CommandError) return error;
  if (error instanceof UpstreamError) {
    const text = error.message.replaceAll(/[\r\n]/g, ' ');
    return new CommandError(`ERR upstream: ${text}${error.sent ? ' (the command may have been executed)' : ''}`);
  }
  if (!(error instanceof StoreError)) return new CommandError(`ERR internal error: ${describeError(error)}`);
  if (error.code === 'ERR_WRONG_TYPE') return new CommandError(errorReplies.wrongType);
  if (error.code === 'ERR_NOT_INTEGER') return new CommandError(errorReplies.notInteger);
  const maybe = error.outcome === 'unknown' ? ' (the write may have been applied)' : '';
  return new CommandError(`${error.code === 'ERR_BUSY' ? 'BUSY' : 'ERR'} ${describeError(error)}${maybe}`);
}

/** The error reply for a request that was not answered. */
export const failureLine = (error: unknown): Buffer => Buffer.from(`-${asCommandError(error).message}\r\n`);

export const isMismatch = (error: unknown): boolean =>
  error instanceof StoreError && error.code === 'ERR_ETAG_MISMATCH';
