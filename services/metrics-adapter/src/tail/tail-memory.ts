import { FileSlots } from './file-slots.ts';
import type { FilePosition } from './open-file.ts';

/** What all sources that read files share: how many may be open, and where sources stopped, for those that follow after a reload. */
export class TailMemory {
  readonly slots: FileSlots;
  readonly #positions = new Map<string, readonly FilePosition[]>();

  /** `openFiles` is how many files may be open at once. */
  constructor(openFiles = Number.POSITIVE_INFINITY) {
    this.slots = new FileSlots(openFiles);
  }

  keep(source: string, positions: readonly FilePosition[]): void {
    this.#positions.set(source, positions);
  }

  recall(source: string): readonly FilePosition[] {
    return this.#positions.get(source) ?? [];
  }
}
