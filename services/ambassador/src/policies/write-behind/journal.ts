import { appendFile, type FileHandle, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError } from '@podkit/chassis/errors';
import { StoreError } from '../../store/store-error.ts';
import { PendingWrites } from './pending-writes.ts';
import { decodeRecords, encodeRecord, type JournalRecord, type JournalWrite } from './record.ts';

/** Bytes after which a new segment begins. */
const segmentBytes = 8 * 1024 * 1024;

type Waiter = { record: JournalRecord; resolve: () => void; reject: (error: StoreError) => void };
type Segment = { number: number; file: FileHandle; length: number; highest: number };

/**
 * Writes on disk, in order, in segments that are removed oldest first once everything in them has reached the store.
 * Many writers share one fsync.
 */
export class Journal {
  readonly #folder: string;
  readonly #sync: boolean;
  #segment: Segment | undefined;
  #nextNumber = 1;
  /** Old segments, oldest first, with the highest sequence in each. */
  readonly #old: { number: number; highest: number }[] = [];
  #waiting: Waiter[] = [];
  #writing: Promise<void> | undefined;

  constructor(folder: string, sync: boolean) {
    this.#folder = folder;
    this.#sync = sync;
  }

  /** Read what an earlier process left. */
  async recover(): Promise<PendingWrites> {
    await mkdir(this.#folder, { recursive: true });
    const names = (await readdir(this.#folder)).filter((name) => /^\d{8}\.log$/.test(name)).toSorted();
    const unsent = new PendingWrites();
    for (const name of names) {
      for (const record of decodeRecords(await readFile(join(this.#folder, name)))) unsent.add(record);
      // No sequence in it is higher than any so far.
      this.#old.push({ number: Number.parseInt(name, 10), highest: unsent.highest });
      this.#nextNumber = Number.parseInt(name, 10) + 1;
    }
    return unsent;
  }

  /** Resolves once the record is on disk. Rejects when it is not, such as when the disk is full. */
  append(record: JournalRecord): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ record, resolve, reject });
      this.#writing ??= this.#drain();
    });
  }

  /** Everything up to and including `sequence` has reached the store: remove the segments that hold nothing else. */
  async release(sequence: number): Promise<void> {
    for (let [oldest] = this.#old; oldest !== undefined && oldest.highest <= sequence; [oldest] = this.#old) {
      this.#old.shift();
      await rm(this.#segmentPath(oldest.number), { force: true });
    }
  }

  /** Add a write that the store will never take to `rejected.jsonl`, a JSON object per line, for a person to examine. */
  async reject({ key, value }: JournalWrite, error: StoreError): Promise<void> {
    const line = { key, value: value?.toString('base64'), error: error.message, at: new Date().toISOString() };
    await appendFile(join(this.#folder, 'rejected.jsonl'), `${JSON.stringify(line)}\n`);
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#segment?.file.close();
    this.#segment = undefined;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        await this.#write(batch.map(({ record }) => record));
        for (const { resolve } of batch) resolve();
      } catch (cause) {
        const text = `the journal cannot be written: ${describeError(cause)}`;
        for (const { reject } of batch) reject(new StoreError('ERR_UNAVAILABLE', text, { cause }));
      }
    }
    this.#writing = undefined;
  }

  async #write(records: readonly JournalRecord[]): Promise<void> {
    const segment = await this.#current();
    const bytes = Buffer.concat(records.map(encodeRecord));
    try {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await segment.file.write(bytes, done, bytes.length - done, segment.length + done);
        done += bytesWritten;
      }
      if (this.#sync) await segment.file.datasync();
    } catch (error) {
      await this.#repair(segment);
      throw error;
    }
    segment.length += bytes.length;
    for (const record of records)
      if (record.kind === 'write') segment.highest = Math.max(segment.highest, record.write.sequence);
  }

  /**
   * Cut off a half-written record, since records after it could not be read. Then begin a new segment, so that this one,
   * which may have filled the disk, can be removed as soon as its writes are sent.
   */
  async #repair(segment: Segment): Promise<void> {
    const whole = await segment.file.truncate(segment.length).then(
      () => true,
      () => false,
    );
    if (!whole || segment.length > 0) await this.#rotate(segment);
  }

  async #current(): Promise<Segment> {
    if (this.#segment !== undefined && this.#segment.length >= segmentBytes) await this.#rotate(this.#segment);
    if (this.#segment !== undefined) return this.#segment;
    const number = this.#nextNumber;
    this.#segment = { number, file: await open(this.#segmentPath(number), 'w'), length: 0, highest: 0 };
    this.#nextNumber += 1;
    return this.#segment;
  }

  async #rotate(segment: Segment): Promise<void> {
    this.#segment = undefined;
    this.#old.push({ number: segment.number, highest: segment.highest });
    await segment.file.close();
  }

  #segmentPath(number: number): string {
    return join(this.#folder, `${String(number).padStart(8, '0')}.log`);
  }
}
