import { describeError, getErrorCode } from '@podkit/chassis/errors';
import { DatabaseError } from 'pg';
import { StoreError } from '../../store/store-error.ts';

/** Classes and codes of temporary conditions: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const unavailable = /^(08|53|57P|58|28|3D000)/;
/** Serialization failure and deadlock: the whole transaction can be run again. */
const repeatable = /^(40001|40P01)$/;

/** The server is read-only: it was demoted, or never was the primary. */
export class ReadOnlyError extends StoreError {
  constructor(cause?: unknown) {
    super('ERR_UNAVAILABLE', 'the PostgreSQL server is read-only', { cause });
  }
}

/** A failure before any statement was sent: nothing can have happened. */
export class ConnectError extends StoreError {
  constructor(cause: unknown) {
    super('ERR_UNAVAILABLE', `PostgreSQL cannot be reached: ${describeError(cause)}`, { cause });
  }
}

/** A failed statement. An error message of the server means that it did nothing; without one the outcome is unknown. */
export function statementFailure(cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause;
  if (cause instanceof DatabaseError) {
    if (cause.code === '25006') return new ReadOnlyError(cause);
    // Cancelled, by us or by a limit of the server's own; or a lock was not available in time.
    if (cause.code === '57014' || cause.code === '55P03')
      return new StoreError('ERR_TIMEOUT', `PostgreSQL: ${cause.message}`, { cause });
    const code = unavailable.test(cause.code ?? '') ? 'ERR_UNAVAILABLE' : 'ERR_BACKEND';
    // A shutdown may interrupt a commit that has reached the log already.
    const outcome = cause.code?.startsWith('57P') ? 'unknown' : 'not-applied';
    return new StoreError(code, `PostgreSQL: ${cause.message}`, { cause, outcome });
  }
  return new StoreError('ERR_UNAVAILABLE', `the connection to PostgreSQL was lost: ${describeError(cause)}`, {
    cause,
    outcome: 'unknown',
  });
}

export const isRepeatable = (error: unknown): boolean =>
  error instanceof StoreError && repeatable.test(getErrorCode(error.cause) ?? '');
