import { type FSWatcher, watch } from 'node:fs';
import { getErrorCode } from '@podkit/chassis/errors';

/** Watchers of directories. They only save time: on network and overlay file systems events may be missing. */
export class DirectoryWatchers {
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #onChange: (directory: string, name: string | null) => void;
  readonly #onError: (error: unknown, directory: string) => void;

  /** `onChange` gets the name of the changed entry, if the system names it. */
  constructor(
    onChange: (directory: string, name: string | null) => void,
    onError: (error: unknown, directory: string) => void,
  ) {
    this.#onChange = onChange;
    this.#onError = onError;
  }

  /** Watch these directories, as far as they exist, and no others. */
  watch(directories: ReadonlySet<string>): void {
    for (const directory of this.#watchers.keys()) if (!directories.has(directory)) this.#remove(directory);
    for (const directory of directories) if (!this.#watchers.has(directory)) this.#add(directory);
  }

  close(): void {
    this.watch(new Set());
  }

  #add(directory: string): void {
    try {
      const watcher = watch(directory, { persistent: false }, (_event, name) => this.#onChange(directory, name));
      watcher.on('error', () => this.#remove(directory));
      this.#watchers.set(directory, watcher);
    } catch (error) {
      // The directory is missing, or there are no more watches. Polling finds changes too, only later.
      if (getErrorCode(error) !== 'ENOENT') this.#onError(error, directory);
    }
  }

  #remove(directory: string): void {
    this.#watchers.get(directory)?.close();
    this.#watchers.delete(directory);
  }
}
