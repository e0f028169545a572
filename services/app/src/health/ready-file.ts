import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { writeFileAtomic } from '@podkit/chassis/files/atomic-file';

export type ReadyFileOptions = { path: string; onError: (error: unknown) => void };

/** The file that exec probes look for: it exists while the app is ready. */
export class ReadyFile {
  readonly #options: ReadyFileOptions;
  #work: Promise<void> = Promise.resolve();

  private constructor(options: ReadyFileOptions) {
    this.#options = options;
  }

  /** Remove the files that a killed process left; undefined if the folder is missing. */
  static async open(options: ReadyFileOptions): Promise<ReadyFile | undefined> {
    const folder = dirname(options.path);
    if (!existsSync(folder)) return undefined;
    const file = new ReadyFile(options);
    const own = basename(options.path);
    const leftovers = (await readdir(folder)).filter((name) => name.startsWith(`${own}.`) && name.endsWith('.tmp'));
    for (const name of leftovers) await rm(join(folder, name), { force: true });
    file.set(false);
    await file.settled();
    return file;
  }

  /** Write or remove the file, after all earlier changes. */
  set(ready: boolean): void {
    const { path, onError } = this.#options;
    const change = () => (ready ? writeFileAtomic(path, `${new Date().toISOString()}\n`) : rm(path, { force: true }));
    this.#work = this.#work.then(change).catch(onError);
  }

  settled(): Promise<void> {
    return this.#work;
  }
}
