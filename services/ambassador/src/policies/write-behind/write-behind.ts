import { setTimeout as sleep } from 'node:timers/promises';
import { describeError } from '@podkit/chassis/errors';
import { backoff } from '@podkit/chassis/process/backoff';
import { KeyedMutex } from '../../store/keyed-mutex.ts';
import type { Key, Store } from '../../store/store.ts';
import { StoreError } from '../../store/store-error.ts';
import { Journal } from './journal.ts';
import { Pending, writeToOperation } from './pending.ts';
import { ProvisionalEtags, provisionalEtag } from './provisional-etags.ts';
import type { JournalWrite } from './record.ts';
import { SentLog } from './sent-log.ts';

export type WriteBehindOptions = {
  folder: string;
  sync: boolean;
  maxEntries: number;
  maxBytes: number;
  /** Maximum number of writes sent at once. */
  batch: number;
  warn?: (message: string) => void;
  /**
   * Waits until no other store of this process uses the folder, and takes it; returns a function that gives it back.
   */
  lease: () => Promise<() => void>;
};

/** The queue of acknowledged writes. They are stored on disk first, then sent in order, and never dropped silently. */
export class WriteBehind {
  readonly #inner: Store;
  readonly #options: WriteBehindOptions;
  readonly #journal: Journal;
  readonly pending: Pending;
  readonly #sent: SentLog;
  readonly etags = new ProvisionalEtags();
  readonly #order = new KeyedMutex();
  /** Sequences that may be on disk already but do not wait yet. */
  readonly #adding = new Set<number>();
  #sequence = 0;
  #sending: Promise<void> | undefined;
  #failures = 0;
  #closing = false;
  /** Resolves when `pending` has what an earlier process left. */
  readonly recovered: Promise<void>;
  #releaseFolder: () => void = () => undefined;

  constructor(inner: Store, options: WriteBehindOptions) {
    this.#inner = inner;
    this.#options = options;
    this.#journal = new Journal(options.folder, options.sync);
    this.#sent = new SentLog(this.#journal);
    this.pending = new Pending(options);
    this.recovered = this.#recover();
    // Callers see a failure when they wait for it; there may be none yet.
    this.recovered.catch(() => undefined);
  }

  /** Add a write to the journal and the queue. Resolves with its etag once it is on disk. */
  async add(key: Key, value: Buffer | undefined, expiresAt: number | undefined): Promise<string> {
    await this.recovered;
    if (this.#closing) throw new StoreError('ERR_CLOSED', 'the store is closing');
    return this.#order.run(key, async () => {
      this.#sequence += 1;
      const write = { sequence: this.#sequence, key, value, expiresAt };
      this.pending.admit(write);
      this.#adding.add(write.sequence);
      try {
        await this.#record(write);
      } finally {
        this.#adding.delete(write.sequence);
      }
      this.pending.put(write);
      this.#send();
      return provisionalEtag(write.sequence);
    });
  }

  /** Wait until all writes of these keys (without `keys`, of all keys) have been sent, and would not be sent again after a restart. */
  async drain(keys?: readonly Key[]): Promise<void> {
    await this.recovered;
    const open = () => (keys === undefined ? this.pending.size > 0 : keys.some((key) => this.pending.get(key)));
    while (open()) {
      this.#send();
      const before = this.#failures;
      await this.#sending;
      if (this.#failures > before && open())
        throw new StoreError('ERR_UNAVAILABLE', 'earlier writes cannot reach the store yet');
    }
    if (keys !== undefined && this.#sent.mayRepeat(keys)) await this.#sent.note();
  }

  /** Send what can be sent within a few seconds; the rest is in the journal and sent after the restart. */
  async close(): Promise<void> {
    await this.recovered.catch(() => undefined);
    await Promise.race([this.drain().catch(() => undefined), sleep(5000, undefined, { ref: false })]);
    this.#closing = true;
    await this.#sending;
    await this.#journal.close();
    this.#releaseFolder();
  }

  async #recover(): Promise<void> {
    this.#releaseFolder = await this.#options.lease();
    const { writes, highest } = await this.#journal.recover();
    for (const write of writes) this.pending.put(write);
    this.#sequence = Math.max(highest, Date.now());
    if (writes.length > 0)
      this.#options.warn?.(`sending ${writes.length} writes that an earlier process had acknowledged`);
    this.#send();
  }

  #send(): void {
    if (this.#closing) return;
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined;
      if (this.pending.size > 0 && !this.#closing)
        setTimeout(() => this.#send(), this.#failures > 0 ? backoff(this.#failures, 20, 2000) : 0).unref();
    });
  }

  /** Until the queue is empty or the store fails. */
  async #sendAll(): Promise<void> {
    while (this.pending.size > 0 && !this.#closing) {
      const writes = this.pending.oldest(this.#options.batch);
      const results = await this.#inner.writeMany(writes.map(writeToOperation)).catch(() => {
        // A failure of the whole batch says nothing about any one write.
        const text = 'the store took none of the writes';
        return writes.map(() => new StoreError('ERR_UNAVAILABLE', text, { outcome: 'unknown' }));
      });
      let failed = false;
      for (const [index, write] of writes.entries()) {
        const result = results[index];
        const refused = result instanceof StoreError;
        if (refused && !(isPermanent(result) && (await this.#reject(write, result)))) failed = true;
        else {
          if (result !== undefined && 'etag' in result) this.etags.remember(write.sequence, result.etag);
          this.#sent.add(write);
          this.pending.remove(write.key, write.sequence);
        }
      }
      await this.#settle();
      if (failed) {
        this.#failures += 1;
        return;
      }
      this.#failures = 0;
    }
  }

  async #record(write: JournalWrite): Promise<void> {
    try {
      await this.#journal.append({ kind: 'write', write });
    } catch {
      // The disk may be full of what has been sent already: once more, without that.
      await this.#release();
      await this.#journal.append({ kind: 'write', write });
    }
  }

  async #settle(): Promise<void> {
    // A failure only means that a write may be sent twice after a crash. Where that matters, `drain` records it again.
    await this.#sent.note().catch(() => undefined);
    await this.#release();
  }

  /** Remove what only holds writes that have been sent. */
  async #release(): Promise<void> {
    const [adding = Number.POSITIVE_INFINITY] = this.#adding;
    const open = Math.min(adding, this.pending.lowest, this.#sequence + 1);
    await this.#journal.release(open - 1).catch(() => undefined);
  }

  /** The store will never take it: keep it in `rejected.jsonl`, and warn. False when it cannot be kept either. */
  async #reject(write: JournalWrite, error: StoreError): Promise<boolean> {
    const { warn } = this.#options;
    try {
      await this.#journal.reject(write, error);
      warn?.(`the store refused a write permanently; it is kept in rejected.jsonl: ${error.message}`);
      return true;
    } catch (cause) {
      warn?.(`the store refused a write permanently, and it cannot be kept in rejected.jsonl: ${describeError(cause)}`);
      return false;
    }
  }
}

/** Whether the store will never take a write, however often it is asked. */
const isPermanent = ({ transient, code }: StoreError): boolean => !transient && code !== 'ERR_CLOSED';
