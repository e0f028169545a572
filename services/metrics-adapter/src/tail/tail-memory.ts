import type { UnfinishedRecords } from './cri-lines.ts';
import { FileSlots } from './file-slots.ts';
import type { FilePosition } from './open-file.ts';

/** Where a source stopped, and what it had read of records that were not whole yet. */
export type Kept = { positions: readonly FilePosition[]; unfinished: UnfinishedRecords };

/** What all sources that read files share: how many may be open, and where sources stopped, for those that follow after a reload. */
export class TailMemory {
  readonly slots: FileSlots;
  readonly #kept = new Map<string, Kept>();

  /** `openFiles` is how many files may be open at once. */
  constructor(openFiles = Number.POSITIVE_INFINITY) {
    this.slots = new FileSlots(openFiles);
  }

  keep(source: string, kept: Kept): void {
    this.#kept.set(source, kept);
  }

  recall(source: string): Kept {
    return this.#kept.get(source) ?? { positions: [], unfinished: new Map() };
  }
}
