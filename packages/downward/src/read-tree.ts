import { closeSync, constants, type Dirent, fstatSync, opendirSync, openSync, readFileSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { formatBytes } from '@podkit/chassis/config/bytes';
import { getErrorCode, PodkitError } from '@podkit/chassis/errors';

/**
 * A file or folder that is not read: its path inside the volume (`.` for the volume itself), and why: the system's code, or one of
 * ERR_TOO_MANY_FILES, ERR_FILE_TOO_LARGE, ERR_VOLUME_TOO_LARGE and ERR_NOT_A_FILE (a device, a pipe).
 */
export type Unreadable = { path: string; code: string };

/** Content by path, and what is not read. */
export type Tree = { files: Record<string, string>; unreadable: Unreadable[] };

/**
 * Limits of a volume: files and folders, bytes of one file, bytes in total. A volume of Kubernetes stays below them: annotations are
 * 256 KiB, at most four times that when they are quoted, and a ConfigMap or Secret is 1 MiB.
 */
export const volumeLimits = { entries: 1000, fileBytes: 2 * 2 ** 20, bytes: 8 * 2 ** 20 };

const limitReasons: Record<string, string> = {
  ERR_TOO_MANY_FILES: `is not read further: the volume has more than ${volumeLimits.entries} files and folders`,
  ERR_FILE_TOO_LARGE: `is not read: it is larger than ${formatBytes(volumeLimits.fileBytes)}`,
  ERR_VOLUME_TOO_LARGE: `is not read: with it the volume is larger than ${formatBytes(volumeLimits.bytes)}`,
  ERR_NOT_A_FILE: 'is not read: it is neither a file nor a folder',
};

/** The text that follows the path in a message. */
export const describeUnreadable = ({ code }: Unreadable): string => limitReasons[code] ?? `cannot be read: ${code}`;

/**
 * Read all files below a folder in the order of their names, so that the same files exceed a limit each time. It is synchronous: the
 * work is bounded, and a short read rarely collides with the kubelet, which removes the old generation.
 */
export function readTree(root: string): Tree {
  const tree: Tree = { files: {}, unreadable: [] };
  const left = { entries: volumeLimits.entries, bytes: volumeLimits.bytes };
  const attempt = <Result>(path: string, work: () => Result): Result | undefined => {
    try {
      return work();
    } catch (error) {
      tree.unreadable.push({ path, code: getErrorCode(error) ?? 'EIO' });
      return undefined;
    }
  };

  const list = (folder: string): Dirent[] => {
    const entries: Dirent[] = [];
    const directory = opendirSync(join(root, folder));
    try {
      for (let entry = directory.readSync(); entry !== null; entry = directory.readSync()) {
        left.entries -= 1;
        if (left.entries < 0) {
          tree.unreadable.push({ path: folder || '.', code: 'ERR_TOO_MANY_FILES' });
          break;
        }
        if (!entry.name.startsWith('..')) entries.push(entry);
      }
    } finally {
      directory.closeSync();
    }
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  };

  const readFolder = (folder: string): void => {
    const entries = attempt(folder || '.', () => list(folder)) ?? [];
    for (const entry of entries.filter((one) => one.isFile() || one.isSymbolicLink())) {
      const path = join(folder, entry.name);
      const text = attempt(path, () => readText(join(root, path), left.bytes));
      if (text === undefined) continue;
      tree.files[path] = text;
      left.bytes -= Buffer.byteLength(text);
    }
    for (const entry of entries) if (entry.isDirectory() && left.entries >= 0) readFolder(join(folder, entry.name));
  };

  readFolder('');
  return tree;
}

function readText(path: string, bytesLeft: number): string {
  // O_NONBLOCK: without it, opening a pipe waits for a writer.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const code = findRefusal(fstatSync(file), bytesLeft);
    if (code !== undefined) throw new PodkitError(code, path);
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

function findRefusal(stats: Stats, bytesLeft: number): string | undefined {
  if (stats.isDirectory()) return 'EISDIR';
  if (!stats.isFile()) return 'ERR_NOT_A_FILE';
  if (stats.size > volumeLimits.fileBytes) return 'ERR_FILE_TOO_LARGE';
  return stats.size > bytesLeft ? 'ERR_VOLUME_TOO_LARGE' : undefined;
}
