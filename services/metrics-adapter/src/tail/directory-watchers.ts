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

  /** Watch a directory that exists and isn't watched yet. */
  add(directory: string): void {
    if (this.#watchers.has(directory)) return;
    try {
      const watcher = watch(directory, { persistent: false }, (_event, name) => this.#onChange(directory, name));
      watcher.on('error', () => {
        watcher.close();
        this.#watchers.delete(directory);
      });
      this.#watchers.set(directory, watcher);
    } catch (error) {
      // The directory is missing, or there are no more watches. Polling finds changes too, only later.
      if (getErrorCode(error) !== 'ENOENT') this.#onError(error, directory);
    }
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
  }
}
