import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError, PodkitError } from '@podkit/chassis/errors';
import { writeFileAtomic } from '@podkit/chassis/files/atomic-file';
import { FilePositions } from '../tail/file-positions.ts';
import type { FilePosition } from '../tail/open-file.ts';

/** A batch on disk; `sequence` is unique in its directory. */
export type Batch = { sequence: number; lines: number; bytes: number };

export type SpoolOptions = {
  directory: string;
  maxBytes: number;
  /** Called for each batch that is dropped to make room. */
  onDrop: (batch: Batch) => void;
};

const batchName = /^(\d{12})-(\d+)\.batch$/;
const positionsName = 'positions.json';

/**
 * Batches of records on disk, oldest first, within a limit. A batch and the file positions after it are one file, written
 * atomically: after a crash reading continues exactly after the last batch, so no line is lost or repeated.
 */
export class Spool {
  readonly #options: SpoolOptions;
  readonly #batches: Batch[] = [];
  readonly #positions = new FilePositions();
  #next = 1;
  #bytes = 0;
  #saving: Promise<void> = Promise.resolve();
  /** The batch that is being sent. It is never dropped. */
  #held: Batch | undefined;

  private constructor(options: SpoolOptions) {
    this.#options = options;
  }

  /** @throws {PodkitError} ERR_SPOOL if the directory can't be used or read */
  static async open(options: SpoolOptions): Promise<Spool> {
    const spool = new Spool(options);
    try {
      await mkdir(options.directory, { recursive: true });
      await spool.#load();
    } catch (cause) {
      throw new PodkitError(
        'ERR_SPOOL',
        `forward: directory ${options.directory} cannot be used: ${describeError(cause)}`,
        { cause },
      );
    }
    return spool;
  }

  /** The position in each file after the last line that is on disk or sent. */
  get positions(): FilePosition[] {
    return this.#positions.all;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get batches(): number {
    return this.#batches.length;
  }

  /** Write records durably, with the positions after them. */
  async append(records: readonly string[], positions: readonly FilePosition[]): Promise<void> {
    const batch = { sequence: this.#next, lines: records.length, bytes: 0 };
    const content = Buffer.from(`${JSON.stringify(positions)}\n${records.join('\n')}\n`);
    batch.bytes = content.length;
    await this.#makeRoom(content.length);
    await writeFileAtomic(this.#path(batch), content, { durable: true, mode: 0o600 });
    this.#next += 1;
    this.#batches.push(batch);
    this.#bytes += batch.bytes;
    for (const position of positions) this.#positions.remember(position);
  }

  /** The oldest batch, held until `release` or `remove`. */
  take(): Batch | undefined {
    this.#held = this.#batches[0];
    return this.#held;
  }

  /** The records of a batch, one per line. */
  async read(batch: Batch): Promise<Buffer> {
    const content = await readFile(this.#path(batch));
    return content.subarray(content.indexOf(10) + 1);
  }

  release(): void {
    this.#held = undefined;
  }

  /** Remove a batch that was sent or dropped. */
  async remove(batch: Batch): Promise<void> {
    const at = this.#batches.indexOf(batch);
    if (at === -1) return;
    this.#batches.splice(at, 1);
    this.#bytes -= batch.bytes;
    if (this.#held === batch) this.#held = undefined;
    // Positions first: in the other order a crash in between would send the lines again.
    await this.#savePositions();
    await rm(this.#path(batch), { force: true });
  }

  /** Save positions without records. */
  async advance(positions: readonly FilePosition[]): Promise<void> {
    for (const position of positions) this.#positions.remember(position);
    await this.#savePositions();
  }

  /** Saves run one after another, so that an older state never replaces a newer one. */
  #savePositions(): Promise<void> {
    const earlier = this.#saving.catch(() => undefined);
    this.#saving = this.#saveAfter(earlier);
    return this.#saving;
  }

  async #saveAfter(earlier: Promise<void>): Promise<void> {
    await earlier;
    const state = { next: this.#next, positions: this.positions };
    await writeFileAtomic(join(this.#options.directory, positionsName), JSON.stringify(state), {
      durable: true,
      mode: 0o600,
    });
  }

  async #load(): Promise<void> {
    const { directory } = this.#options;
    const names = await readdir(directory);
    if (names.includes(positionsName)) {
      const text = await readFile(join(directory, positionsName), 'utf8');
      const { next, positions } = JSON.parse(text) as { next: number; positions: FilePosition[] };
      this.#next = next;
      for (const position of positions) this.#positions.remember(position);
    }
    for (const name of names.sort()) {
      const match = batchName.exec(name);
      if (match) await this.#loadBatch({ sequence: Number(match[1]), lines: Number(match[2]), bytes: 0 });
      else if (name.endsWith('.tmp')) await rm(join(directory, name), { force: true });
    }
  }

  async #loadBatch(batch: Batch): Promise<void> {
    const content = await readFile(this.#path(batch));
    for (const position of JSON.parse(content.toString('utf8', 0, content.indexOf(10))) as FilePosition[])
      this.#positions.remember(position);
    this.#batches.push({ ...batch, bytes: (await stat(this.#path(batch))).size });
    this.#bytes += content.length;
    this.#next = Math.max(this.#next, batch.sequence + 1);
  }

  async #makeRoom(bytes: number): Promise<void> {
    while (this.#bytes + bytes > this.#options.maxBytes) {
      const oldest = this.#batches.find((batch) => batch !== this.#held);
      if (oldest === undefined) return;
      await this.remove(oldest);
      this.#options.onDrop(oldest);
    }
  }

  #path({ sequence, lines }: Batch): string {
    return join(this.#options.directory, `${String(sequence).padStart(12, '0')}-${lines}.batch`);
  }
}
