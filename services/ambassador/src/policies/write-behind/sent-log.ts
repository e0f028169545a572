import type { Key } from '../../store/store.ts';
import type { Journal } from './journal.ts';
import type { JournalWrite } from './record.ts';

/** Records on disk which writes have been sent, so that after a restart they are not sent again over newer ones. */
export class SentLog {
  readonly #journal: Journal;
  /** The writes that were sent and are not yet recorded. */
  readonly #open = new Map<Key, number>();

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  add({ key, sequence }: JournalWrite): void {
    this.#open.set(key, sequence);
  }

  /** Whether one of these might be sent again after a restart. */
  mayRepeat(keys: readonly Key[]): boolean {
    return keys.some((key) => this.#open.has(key));
  }

  /** Record all that were added. Rejects if that fails; they are recorded with the next call then. */
  async note(): Promise<void> {
    const noted = [...this.#open];
    if (noted.length === 0) return;
    await this.#journal.append({ kind: 'done', sequences: noted.map(([, sequence]) => sequence) });
    for (const [key, sequence] of noted) if (this.#open.get(key) === sequence) this.#open.delete(key);
  }
}
