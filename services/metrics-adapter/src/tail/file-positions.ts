import type { FilePosition } from './open-file.ts';

/** Files come and go, so their number has no limit of its own. */
const maxPositions = 1000;

/** The latest positions in files, by inode. The oldest are forgotten. */
export class FilePositions {
  readonly #positions = new Map<string, FilePosition>();

  get all(): FilePosition[] {
    return [...this.#positions.values()];
  }

  find(file: { dev: string; ino: string }): FilePosition | undefined {
    return this.#positions.get(formatInode(file));
  }

  remember(position: FilePosition): void {
    const key = formatInode(position);
    this.#positions.delete(key);
    this.#positions.set(key, position);
    const [oldest] = this.#positions.keys();
    if (this.#positions.size > maxPositions && oldest !== undefined) this.#positions.delete(oldest);
  }
}

/** The key of a file: its inode is unique on its device. */
export const formatInode = ({ dev, ino }: { dev: string; ino: string }): string => `${dev}:${ino}`;
