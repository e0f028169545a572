import { type Dirent, statSync, watch } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { codeOf } from '@podkit/chassis/errors';

/** One consistent state of a Downward API volume. */
export type Snapshot = {
  /** The folder that `..data` led to; undefined for a plain directory, which nobody swaps. */
  generation: string | undefined;
  /** Content by path inside the volume. */
  files: Record<string, string>;
};

const attempts = 5;

/**
 * Read all files of a volume from the one generation that `..data` leads to, so that they belong together. A
 * generation that vanishes while it is read is tried anew with the one that replaced it.
 *
 * @returns undefined where there is no such directory
 */
export async function readVolume(directory: string): Promise<Snapshot | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    const generation = await realpath(join(directory, '..data')).catch(() => undefined);
    try {
      return { generation, files: await readTree(generation ?? directory) };
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
      if ((await stat(directory).catch(() => undefined)) === undefined) return undefined;
      if (attempt === attempts) throw error;
    }
  }
}

async function readTree(root: string): Promise<Record<string, string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter(isVisibleFile)
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const contents = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
  return Object.fromEntries(paths.map((path, index) => [relative(root, path), contents[index] ?? '']));
}

const isVisibleFile = (entry: Dirent): boolean =>
  !entry.name.startsWith('..') && (entry.isFile() || entry.isSymbolicLink());

/**
 * Call `onEvent` when the volume may have changed: at each swap of `..data`, and every `poll` milliseconds for file
 * systems that tell nothing. It watches the directory, since a watch on a file goes silent at the first swap.
 * Returns the function that ends it.
 */
export function watchVolume(
  directory: string,
  onEvent: () => void,
  { poll = 5000 }: { poll?: number } = {},
): () => void {
  let watcher = attach(directory, onEvent);
  const timer = setInterval(() => {
    // A directory that was replaced is another one: the watch on the old one would be silent for ever.
    if (watcher === undefined || inodeOf(directory) !== watcher.inode) {
      watcher?.close();
      watcher = attach(directory, onEvent);
    }
    onEvent();
  }, poll);
  timer.unref();
  return () => {
    clearInterval(timer);
    watcher?.close();
    watcher = undefined;
  };
}

function attach(directory: string, onEvent: () => void): { inode: number | undefined; close: () => void } | undefined {
  try {
    const inode = inodeOf(directory);
    const watcher = watch(directory, { persistent: false }, onEvent);
    watcher.on('error', () => watcher.close());
    return { inode, close: () => watcher.close() };
  } catch {
    return undefined;
  }
}

function inodeOf(directory: string): number | undefined {
  return statSync(directory, { throwIfNoEntry: false })?.ino;
}
