import { PodkitError } from '@podkit/chassis/errors';

/** A value in a store, with the ETag for a later conditional write. */
export type Stored = { value: string; etag: string | undefined; answeredBy: AnsweredBy };

/** The ambassador's headers that say which store or near cache answered. */
export type AnsweredBy = Record<string, string>;

/** The condition of a write: none, the key is absent, or its ETag is this one. */
export type Condition = { kind: 'none' } | { kind: 'absent' } | { kind: 'match'; etag: string };

export type KeyPage = { keys: string[]; next: string | undefined };

/**
 * A key-value store with optimistic concurrency. Every method rejects with ERR_STORE_UNAVAILABLE if the store cannot
 * be reached, and a write with ERR_PRECONDITION if its condition does not hold.
 */
export type NoteStore = {
  readonly name: string;
  get(key: string): Promise<Stored | undefined>;
  put(key: string, value: string, condition: Condition): Promise<AnsweredBy>;
  delete(key: string, condition: Condition): Promise<AnsweredBy>;
  /** Keys that begin with `prefix`, a page at a time; `after` is the `next` of the page before. */
  keys(prefix: string, limit: number, after: string | undefined): Promise<KeyPage>;
  /** Resolves if the store answers. */
  ping(signal: AbortSignal): Promise<void>;
  close(): void | Promise<void>;
};

export const unavailable = (why: string, cause?: unknown): PodkitError =>
  new PodkitError('ERR_STORE_UNAVAILABLE', why, cause === undefined ? {} : { cause });

export const invalidCursor = (): PodkitError => new PodkitError('ERR_CURSOR', 'the cursor is not from this list');

export const preconditionFailed = (key: string): PodkitError =>
  new PodkitError('ERR_PRECONDITION', `the condition of the request does not hold for "${key}"`);
