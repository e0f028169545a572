import type { UnfinishedRecords } from './cri-lines.ts';
import { FileSlots } from './file-slots.ts';
import type { FilePosition } from './open-file.ts';

/** The positions at which a source stopped, and its unfinished records. */
export type StoppedTail = { positions: readonly FilePosition[]; unfinished: UnfinishedRecords };

/** The state that sources of files share: the slots for open files, and the positions of stopped sources for their successors. */
export class TailMemory {
  readonly slots: FileSlots;
  readonly #kept = new Map<string, StoppedTail>();

  /** `openFiles` is the number of files that may be open at once. */
  constructor(openFiles = Number.POSITIVE_INFINITY) {
    this.slots = new FileSlots(openFiles);
  }

  keep(source: string, kept: StoppedTail): void {
    this.#kept.set(source, kept);
  }

  recall(source: string): StoppedTail {
    return this.#kept.get(source) ?? { positions: [], unfinished: new Map() };
  }
}
