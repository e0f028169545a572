import { statSync, watch } from 'node:fs';
import { lstat, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { getErrorCode, PodkitError } from '@podkit/chassis/errors';
import { readTree, type Unreadable } from './read-tree.ts';

/** One consistent state of a Downward API volume. */
export type Snapshot = {
  /** The folder that `..data` led to; undefined for a plain directory, which nobody swaps. */
  generation: string | undefined;
  /** Content by path inside the volume. */
  files: Record<string, string>;
  /** What is there and is not in `files`, since it cannot be read or is beyond a limit of `volumeLimits`. */
  unreadable: Unreadable[];
};

const attempts = 5;

/**
 * Read all files of a volume from the one generation that `..data` leads to, so that they belong together. A
 * generation that vanishes during the read is retried with the one that replaced it. What cannot be read (no
 * permission, a link to nowhere) or is beyond a limit is named in `unreadable`, and keeps nothing else from being read.
 *
 * @returns undefined where there is no such directory
 * @throws {PodkitError} ERR_VOLUME_UNSTABLE where generations vanish faster than they can be read
 */
export async function readVolume(directory: string): Promise<Snapshot | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    const generation = await resolveData(directory);
    const { files, unreadable } = readTree(generation.path ?? directory);
    const snapshot = { generation: generation.path, files, unreadable: [...generation.errors, ...unreadable] };
    const vanished = snapshot.unreadable.find(({ code }) => code === 'ENOENT');
    if (vanished === undefined) return snapshot;
    if (generation.path === undefined && vanished.path === '.') return undefined;
    if (attempt < attempts) continue;
    if ((await resolveData(directory)).path === generation.path) return snapshot;
    throw new PodkitError('ERR_VOLUME_UNSTABLE', `${directory} is replaced faster than it can be read`);
  }
}

/** Where `..data` leads. That it is not there is no error; that it is there and leads nowhere is one. */
async function resolveData(directory: string): Promise<{ path: string | undefined; errors: Unreadable[] }> {
  const link = join(directory, '..data');
  try {
    return { path: await realpath(link), errors: [] };
  } catch (error) {
    const there = await lstat(link).catch(() => undefined);
    return {
      path: undefined,
      errors: there === undefined ? [] : [{ path: '..data', code: getErrorCode(error) ?? 'EIO' }],
    };
  }
}

/**
 * Call `onEvent` when the volume may have changed: at each swap of `..data`, and every `poll` milliseconds for plain folders and
 * file systems that raise no event. It watches the directory, since a watch on a file goes silent at the first swap.
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
    if (watcher?.inode === undefined || readInode(directory) !== watcher.inode) {
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
    // A swap raises an event for each name that it touches; only that of ..data is about new content.
    const watcher = watch(directory, { persistent: false }, (_event, name) => {
      if (name === null || name === '..data') onEvent();
    });
    const attached = { inode: readInode(directory), close: () => watcher.close() };
    watcher.on('error', () => {
      watcher.close();
      attached.inode = undefined;
    });
    return attached;
  } catch {
    return undefined;
  }
}

/** Undefined also where it may not be read: the next poll tries again. */
function readInode(directory: string): number | undefined {
  try {
    return statSync(directory).ino;
  } catch {
    return undefined;
  }
}
