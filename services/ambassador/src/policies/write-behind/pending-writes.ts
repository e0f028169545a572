import type { Key } from '../../store/store.ts';
import type { JournalRecord, JournalWrite } from './record.ts';

/**
 * The writes of a journal that are still to be sent: the last of each key, unless it was sent. What it replaced is not sent
 * any more: that would undo the later one.
 */
export class PendingWrites {
  readonly #writes = new Map<number, JournalWrite>();
  readonly #last = new Map<Key, number>();
  /** The highest sequence of all records, sent or not. */
  highest = 0;

  add(record: JournalRecord): void {
    if (record.kind === 'done') for (const sequence of record.sequences) this.#writes.delete(sequence);
    else {
      const { key, sequence } = record.write;
      this.#writes.delete(this.#last.get(key) ?? 0);
      this.#last.set(key, sequence);
      this.#writes.set(sequence, record.write);
      this.highest = Math.max(this.highest, sequence);
    }
  }

  /** In the order in which they were acknowledged. */
  get writes(): JournalWrite[] {
    return [...this.#writes.values()].toSorted((left, right) => left.sequence - right.sequence);
  }
}
