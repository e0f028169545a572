import { getErrorCode } from '@podkit/chassis/errors';
import { type AnsweredBy, type Condition, type NoteStore, preconditionFailed, type Stored } from './note-store.ts';

export type Note = { id: string; text: string; updatedAt: string };

/** A note, with the rest of its HTTP response. `stale`: the store is down, and this is its last response. */
export type FoundNote = { note: Note; etag: string | undefined; stale: boolean; answeredBy: AnsweredBy };

export type PutResult = FoundNote & { created: boolean };

/** Decides, from the current ETag (undefined: no such note), whether a write may go on. */
export type Precondition = (etag: string | undefined) => boolean;

const keyPrefix = 'note:';
/** Maximum number of notes that are kept for the time when the store is down. */
const maxRemembered = 500;

/** Notes with optimistic concurrency on any store. */
export class Notes {
  readonly store: NoteStore;
  readonly #recent = new Map<string, FoundNote>();
  #unavailableSince: number | undefined;

  constructor(store: NoteStore) {
    this.store = store;
  }

  /** When the store stopped answering, in milliseconds since the epoch; undefined while it answers. */
  get degradedSince(): number | undefined {
    return this.#unavailableSince;
  }

  /** A note, or undefined. While the store is down: its last response. */
  async get(id: string): Promise<FoundNote | undefined> {
    try {
      const found = toFoundNote(id, await this.#observe(this.store.get(keyPrefix + id)));
      this.#remember(id, found);
      return found;
    } catch (error) {
      const recent = getErrorCode(error) === 'ERR_STORE_UNAVAILABLE' ? this.#recent.get(id) : undefined;
      if (recent === undefined) throw error;
      return { ...recent, stale: true };
    }
  }

  /**
   * Create or replace a note. The same text again changes nothing, so a repeated PUT is harmless.
   *
   * @throws {PodkitError} ERR_PRECONDITION, ERR_STORE_UNAVAILABLE
   */
  async put(id: string, text: string, precondition: Precondition | undefined): Promise<PutResult> {
    const before = toFoundNote(id, await this.#observe(this.store.get(keyPrefix + id)));
    if (precondition && !precondition(before?.etag)) throw preconditionFailed(id);
    if (before?.note.text === text) return { ...before, created: false };
    const note = { id, text, updatedAt: new Date().toISOString() };
    const value = JSON.stringify({ text, updatedAt: note.updatedAt });
    const answeredBy = await this.#observe(this.store.put(keyPrefix + id, value, toCondition(precondition, before)));
    const after = toFoundNote(id, await this.#observe(this.store.get(keyPrefix + id)));
    // Another client may have written between our write and this read; then the ETag is not that of our text.
    const ours = after?.note.text === text && after.note.updatedAt === note.updatedAt;
    const result = { note, etag: ours ? after.etag : undefined, stale: false, answeredBy };
    this.#remember(id, after);
    return { ...result, created: before === undefined };
  }

  /**
   * Delete a note. True if it existed.
   *
   * @throws {PodkitError} ERR_PRECONDITION, ERR_STORE_UNAVAILABLE
   */
  async delete(id: string, precondition: Precondition | undefined): Promise<boolean> {
    const before = await this.#observe(this.store.get(keyPrefix + id));
    if (precondition && !precondition(before?.etag)) throw preconditionFailed(id);
    if (before === undefined) return false;
    await this.#observe(this.store.delete(keyPrefix + id, toCondition(precondition, before)));
    this.#recent.delete(id);
    return true;
  }

  /** Ids of notes, a page at a time. */
  async list(limit: number, after: string | undefined): Promise<{ ids: string[]; next: string | undefined }> {
    const { keys, next } = await this.#observe(this.store.keys(keyPrefix, limit, after));
    return { ids: keys.map((key) => key.slice(keyPrefix.length)), next };
  }

  /** Record whether the store answers. */
  async #observe<T>(work: Promise<T>): Promise<T> {
    try {
      const result = await work;
      this.#unavailableSince = undefined;
      return result;
    } catch (error) {
      if (getErrorCode(error) === 'ERR_STORE_UNAVAILABLE') this.#unavailableSince ??= Date.now();
      else this.#unavailableSince = undefined;
      throw error;
    }
  }

  #remember(id: string, found: FoundNote | undefined): void {
    this.#recent.delete(id);
    if (found === undefined) return;
    this.#recent.set(id, found);
    const oldest = this.#recent.keys().next();
    if (this.#recent.size > maxRemembered && oldest.done !== true) this.#recent.delete(oldest.value);
  }
}

function toCondition(
  precondition: Precondition | undefined,
  before: { etag: string | undefined } | undefined,
): Condition {
  if (precondition === undefined) return { kind: 'none' };
  if (before === undefined) return { kind: 'absent' };
  return before.etag === undefined ? { kind: 'none' } : { kind: 'match', etag: before.etag };
}

function toFoundNote(id: string, stored: Stored | undefined): FoundNote | undefined {
  if (stored === undefined) return undefined;
  return { note: parseNote(id, stored.value), etag: stored.etag, stale: false, answeredBy: stored.answeredBy };
}

/** A value that another program wrote is shown as text. */
function parseNote(id: string, value: string): Note {
  const { text, updatedAt } = parseFields(value);
  return {
    id,
    text: typeof text === 'string' ? text : value,
    updatedAt: typeof updatedAt === 'string' ? updatedAt : '',
  };
}

function parseFields(value: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
