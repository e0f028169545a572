import { type FileHandle, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, messageOf, PodkitError } from '@podkit/chassis/errors';
import { writeFileAtomic } from '@podkit/chassis/files/atomic-file';
import { encodeLine, replayJournal } from './journal-line.ts';

type Pending = { entry: unknown; resolve: () => void; reject: (error: Error) => void };

export type JournalOptions = {
  folder: string;
  /** Called with each entry once it is on disk, in order, before its `append` resolves; also while replaying. */
  apply: (entry: unknown) => void;
};

/**
 * A write-ahead journal: what `append` has acknowledged is on disk. Entries that wait at the same time share one sync.
 */
export class Journal {
  readonly #path: string;
  readonly #apply: (entry: unknown) => void;
  #file: FileHandle;
  #length: number;
  #pending: Pending[] = [];
  #work: Promise<void> = Promise.resolve();
  #broken: Error | undefined;

  private constructor(path: string, apply: (entry: unknown) => void, file: FileHandle, length: number) {
    this.#path = path;
    this.#apply = apply;
    this.#file = file;
    this.#length = length;
  }

  /**
   * Open or create the journal of a folder, apply what is in it, and cut off a line that a crash left unfinished.
   *
   * @throws {PodkitError} ERR_JOURNAL when a line before the last is damaged: going on could lose what follows
   */
  static async open({ folder, apply }: JournalOptions): Promise<Journal> {
    await mkdir(folder, { recursive: true });
    const path = join(folder, 'journal');
    const content = await readFile(path).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return Buffer.alloc(0);
      throw error;
    });
    const { entries, length, damagedLine } = replayJournal(content);
    if (damagedLine !== undefined) {
      const advice = 'restore the volume, or move the file away to start without it';
      throw new PodkitError('ERR_JOURNAL', `${path}, line ${damagedLine} is damaged; ${advice}`);
    }
    if (content.length === 0) await writeFileAtomic(path, '', { durable: true });
    const file = await open(path, 'r+');
    if (length < content.length) {
      await file.truncate(length);
      await file.sync();
    }
    for (const entry of entries) apply(entry);
    return new Journal(path, apply, file, length);
  }

  /** Bytes of the file. */
  get length(): number {
    return this.#length;
  }

  /** Why nothing can be written any more; undefined while it can. */
  get broken(): Error | undefined {
    return this.#broken;
  }

  /** Resolves when the entry is on disk. @throws {PodkitError} ERR_JOURNAL_WRITE; then the entry is not there */
  append(entry: unknown): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#pending.push({ entry, resolve, reject });
    if (this.#pending.length === 1) void this.#enqueue(() => this.#flush());
    return promise;
  }

  /** Replace the whole content by `entries()`, which is asked when nothing is being written. */
  async rewrite(entries: () => unknown[]): Promise<void> {
    await this.#enqueue(async () => {
      // One line per entry: a line is read in one piece, and all of them together could be large.
      const content = entries().map((entry) => encodeLine([entry]));
      const text = content.join('');
      await writeFileAtomic(this.#path, text, { durable: true });
      await this.#file.close();
      this.#file = await open(this.#path, 'r+');
      this.#length = Buffer.byteLength(text);
    });
  }

  async close(): Promise<void> {
    await this.#enqueue(() => this.#file.close());
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(work);
    this.#work = done.catch(() => undefined);
    return done;
  }

  async #flush(): Promise<void> {
    const batch = this.#pending;
    this.#pending = [];
    try {
      if (this.#broken !== undefined) throw this.#broken;
      await this.#write(Buffer.from(encodeLine(batch.map(({ entry }) => entry))));
    } catch (cause) {
      const error = new PodkitError('ERR_JOURNAL_WRITE', `cannot write ${this.#path}: ${messageOf(cause)}`, { cause });
      for (const { reject } of batch) reject(error);
      return;
    }
    for (const { entry, resolve } of batch) {
      this.#apply(entry);
      resolve();
    }
  }

  async #write(line: Buffer): Promise<void> {
    try {
      for (let at = 0; at < line.length; ) {
        const { bytesWritten } = await this.#file.write(line, at, line.length - at, this.#length + at);
        at += bytesWritten;
      }
      await this.#file.datasync();
      this.#length += line.length;
    } catch (error) {
      await this.#undo(error);
      throw error;
    }
  }

  /** A full disk leaves part of a line; it must go, or the next line would make it look like damage. */
  async #undo(why: unknown): Promise<void> {
    try {
      await this.#file.truncate(this.#length);
      await this.#file.datasync();
    } catch {
      this.#broken = new PodkitError('ERR_JOURNAL_WRITE', `the journal is unusable since: ${messageOf(why)}`);
    }
  }
}

/** Remove what a kill during a rewrite left in a journal's folder. */
export async function removeLeftovers(folder: string, names: readonly string[]): Promise<void> {
  const leftovers = names.filter((name) => name.startsWith('journal.') && name.endsWith('.tmp'));
  await Promise.all(leftovers.map((name) => rm(join(folder, name), { force: true })));
}
