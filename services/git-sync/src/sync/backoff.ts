import { PodkitError } from '@podkit/chassis/errors';
import { ProcessError } from '../process/process-error.ts';

/** A server refused a request, and may have said when to retry. */
export class RetryLaterError extends PodkitError {
  /** Milliseconds. */
  readonly retryAfter: number;

  constructor(code: string, message: string, header: string | undefined) {
    super(code, message);
    this.retryAfter = parseRetryAfter(header);
  }
}

const maxDoublings = 3;
const maxRetryAfter = 3_600_000;

/**
 * Milliseconds until the next pass: the period, doubled for each failure after the first (at most eight times the
 * period), plus up to a tenth so that many Pods spread, and at least what a server asked for (at most an hour).
 */
export function chooseDelay(
  { period, failures, error }: { period: number; failures: number; error: unknown },
  random: () => number,
): number {
  const doublings = isRateLimited(error) ? maxDoublings : Math.min(Math.max(failures - 1, 0), maxDoublings);
  const spread = period * 2 ** doublings * (1 + random() / 10);
  return Math.max(spread, Math.min(findRetryAfter(error), maxRetryAfter));
}

/** git prints the status, and not the header `Retry-After`. */
function isRateLimited(error: unknown): boolean {
  return error instanceof ProcessError && /returned error: 429\b/.test(error.stderr);
}

function findRetryAfter(error: unknown): number {
  if (!(error instanceof Error)) return 0;
  if ('retryAfter' in error && typeof error.retryAfter === 'number') return error.retryAfter;
  return findRetryAfter(error.cause);
}

/** The header `Retry-After`, which is seconds or a date, as milliseconds from now: https://www.rfc-editor.org/rfc/rfc9110#name-retry-after */
export function parseRetryAfter(text: string | null | undefined, now = Date.now()): number {
  if (text === null || text === undefined) return 0;
  const milliseconds = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isFinite(milliseconds) ? Math.max(0, milliseconds) : 0;
}
