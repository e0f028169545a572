import { describeError, PodkitError } from '@podkit/chassis/errors';

/** Why a store did not do what it was asked. */
export type StoreErrorCode =
  /** The condition of a write does not hold. */
  | 'ERR_ETAG_MISMATCH'
  /** An etag that this store can never have given. */
  | 'ERR_ETAG_INVALID'
  /** The backend cannot be reached or refuses to work. */
  | 'ERR_UNAVAILABLE'
  /** No answer in time. */
  | 'ERR_TIMEOUT'
  /** Too much is in flight already; try later. */
  | 'ERR_BUSY'
  /** The value is not a decimal integer of 64 bits, or would leave them. */
  | 'ERR_NOT_INTEGER'
  /** The backend holds something of another type under the key, such as a Redis list. */
  | 'ERR_WRONG_TYPE'
  /** The key or value is larger than the store takes. */
  | 'ERR_TOO_LARGE'
  /** The key holds bytes that this backend cannot store. */
  | 'ERR_KEY'
  /** An option of the request has a value that no store knows. */
  | 'ERR_OPTION'
  /** The cursor of a listing is none that this store gave. */
  | 'ERR_CURSOR'
  /** This store does not do that. */
  | 'ERR_UNSUPPORTED'
  /** What is stored cannot be read back: wrong encryption key, damaged bytes. */
  | 'ERR_CORRUPT'
  /** The store is closed. */
  | 'ERR_CLOSED'
  /** The backend answered with an error of its own. */
  | 'ERR_BACKEND';

/** Whether a write that failed may have happened all the same. */
export type Outcome = 'not-applied' | 'unknown';

export class StoreError extends PodkitError {
  declare readonly code: StoreErrorCode;
  readonly outcome: Outcome;

  constructor(code: StoreErrorCode, message: string, { cause, outcome = 'not-applied' }: StoreErrorOptions = {}) {
    super(code, message, cause === undefined ? undefined : { cause });
    this.outcome = outcome;
  }

  /** Whether asking again may help. */
  get transient(): boolean {
    return this.code === 'ERR_UNAVAILABLE' || this.code === 'ERR_TIMEOUT' || this.code === 'ERR_BUSY';
  }
}

type StoreErrorOptions = { cause?: unknown; outcome?: Outcome };

/** For a write whose condition does not hold. */
export const mismatch = (key: string): StoreError =>
  new StoreError('ERR_ETAG_MISMATCH', `the condition of the write of ${JSON.stringify(key)} does not hold`);

export const badCursor = (): StoreError => new StoreError('ERR_CURSOR', 'the cursor is not one that this store gave');

/** The query of a store without that capability. */
export const refuseQuery = async (): Promise<never> => {
  throw new StoreError('ERR_UNSUPPORTED', 'the store has no queries');
};

/** Anything thrown, as a StoreError. */
export const asStoreError = (thrown: unknown): StoreError =>
  thrown instanceof StoreError
    ? thrown
    : new StoreError('ERR_BACKEND', describeError(thrown), { cause: thrown, outcome: 'unknown' });
