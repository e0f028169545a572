import { PodkitError } from '@podkit/chassis/errors';

/** Why a source could not be read; the label `reason` of the error counter. */
export type FetchReason =
  | 'timeout'
  | 'coding'
  | 'connect'
  | 'tls'
  | 'status'
  | 'too_large'
  | 'auth'
  | 'parse'
  | 'redirect';

/** A source that could not be read. */
export class FetchError extends PodkitError {
  readonly reason: FetchReason;

  constructor(reason: FetchReason, message: string, options?: ErrorOptions) {
    super('ERR_FETCH', message, options);
    this.reason = reason;
  }
}
