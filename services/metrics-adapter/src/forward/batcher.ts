import { formatInode } from '../tail/file-positions.ts';
import type { FilePosition } from '../tail/open-file.ts';

/** Records, and the position in each file after the last of them. */
export type OpenBatch = { records: string[]; positions: Map<string, FilePosition> };

/** Divides records into batches, each with the positions after its last lines. */
export class Batcher {
  readonly #limits: { batchLines: number; batchBytes: number };
  #ready: OpenBatch[] = [];
  #open: OpenBatch = { records: [], positions: new Map() };
  #bytes = 0;

  constructor(limits: { batchLines: number; batchBytes: number }) {
    this.#limits = limits;
  }

  /** True when a batch is full. */
  get full(): boolean {
    return this.#ready.length > 0;
  }

  /** Add a record, or only the position of a line that needs no record. */
  add(record: string | undefined, position: FilePosition | undefined): void {
    const { records, positions } = this.#open;
    if (position !== undefined) positions.set(formatInode(position), position);
    if (record === undefined) return;
    records.push(record);
    this.#bytes += record.length + 1;
    if (records.length >= this.#limits.batchLines || this.#bytes >= this.#limits.batchBytes) this.#close();
  }

  /** Take all batches, the last one too, which may not be full. */
  takeAll(): OpenBatch[] {
    if (this.#open.records.length + this.#open.positions.size > 0) this.#close();
    return this.#ready.splice(0);
  }

  #close(): void {
    this.#ready.push(this.#open);
    this.#open = { records: [], positions: new Map() };
    this.#bytes = 0;
  }
}
