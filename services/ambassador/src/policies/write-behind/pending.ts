import type { Entry, Key, WriteOperation } from '../../store/store.ts';
import { StoreError } from '../../store/store-error.ts';
import { provisionalEtag } from './provisional-etags.ts';
import type { JournalWrite } from './record.ts';

export type PendingLimits = { maxEntries: number; maxBytes: number };

/** Bytes of a write besides its key and value. */
const overhead = 200;
const countedBytes = ({ key, value }: JournalWrite): number => key.length + (value?.length ?? 0) + overhead;

/** Writes that have not reached the store, the latest per key, oldest first. */
export class Pending {
  readonly #limits: PendingLimits;
  readonly #writes = new Map<Key, JournalWrite>();
  #bytes = 0;

  constructor(limits: PendingLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#writes.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(key: Key): JournalWrite | undefined {
    return this.#writes.get(key);
  }

  /** @throws {StoreError} ERR_BUSY when the write has no room */
  admit(write: JournalWrite): void {
    const { maxEntries, maxBytes } = this.#limits;
    const isNew = !this.#writes.has(write.key);
    if ((isNew && this.#writes.size >= maxEntries) || this.#bytes + countedBytes(write) > maxBytes)
      throw new StoreError('ERR_BUSY', `${this.#writes.size} writes wait for the store already`);
  }

  put(write: JournalWrite): void {
    this.remove(write.key);
    this.#writes.set(write.key, write);
    this.#bytes += countedBytes(write);
  }

  /** Remove a key's write, only if it is this one when a sequence is given. */
  remove(key: Key, sequence?: number): void {
    const write = this.#writes.get(key);
    if (write === undefined || (sequence !== undefined && write.sequence !== sequence)) return;
    this.#writes.delete(key);
    this.#bytes -= countedBytes(write);
  }

  /** The next to be sent. */
  oldest(count: number): JournalWrite[] {
    const found: JournalWrite[] = [];
    for (const write of this.#writes.values()) if (found.push(write) >= count) break;
    return found;
  }

  /** The sequence of the oldest: each that is put has a higher one than all before it. */
  get lowest(): number {
    return this.oldest(1)[0]?.sequence ?? Number.POSITIVE_INFINITY;
  }
}

/** A waiting write as readers see it. */
export function writeToEntry({ value, sequence, expiresAt }: JournalWrite): Entry | undefined {
  if (value === undefined || (expiresAt !== undefined && expiresAt <= Date.now())) return undefined;
  return { value, etag: provisionalEtag(sequence), expiresAt };
}

/** A waiting write as the store is asked to do it; what has expired meanwhile is deleted. */
export function writeToOperation({ key, value, expiresAt }: JournalWrite): WriteOperation {
  const left = expiresAt === undefined ? undefined : expiresAt - Date.now();
  if (value === undefined || (left !== undefined && left <= 0)) return { kind: 'delete', key };
  return { kind: 'set', key, value, ttl: left };
}
