import type { FilePosition } from './open-file.ts';

/** Where sources stopped reading their files, for those of the same name that follow after a reload. */
export class TailMemory {
  readonly #positions = new Map<string, readonly FilePosition[]>();

  keep(source: string, positions: readonly FilePosition[]): void {
    this.#positions.set(source, positions);
  }

  recall(source: string): readonly FilePosition[] {
    return this.#positions.get(source) ?? [];
  }
}
