import { describeError, getErrorCode } from '../errors.ts';

/** The HTTP status of each error code. Services add the rows of their own errors. */
export type StatusTable = Readonly<Record<string, number>>;

export const commonStatuses: StatusTable = {
  ERR_VALIDATION: 400,
  ERR_TOKEN: 401,
  ERR_NOT_FOUND: 404,
  ERR_METHOD: 405,
  ERR_TOO_LARGE: 413,
  ERR_OVERLOADED: 503,
  ERR_STREAMS: 503,
  ERR_TIMEOUT: 504,
};

/** What a client is sent of an error. An error that no table has is sent as 500 and `internal error`. */
export type PublicError = { status: number; code: string; message: string };

/** Find the response to a thrown error: by its code, or else by the status that Fastify gave its own errors. */
export function publicError(error: unknown, statuses: StatusTable): PublicError {
  const isInvalid = error instanceof Error && 'validation' in error && error.validation !== undefined;
  const code = isInvalid ? 'ERR_VALIDATION' : (getErrorCode(error) ?? 'ERR_REQUEST');
  const status = statuses[code] ?? commonStatuses[code] ?? readFastifyStatus(error);
  if (status === undefined) return { status: 500, code: 'ERR_INTERNAL', message: 'internal error' };
  return { status, code, message: describeError(error) };
}

function readFastifyStatus(error: unknown): number | undefined {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}
