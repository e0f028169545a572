import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { OpenFile, Position } from './open-file.ts';

/** A file that was read to its end and closed so that others can be read: its state then, and its directory. */
export type ParkedFile = { position: Position; seen: OpenFile['seen']; directory: string };

/** Whether a path still leads to the file, and the file is unchanged. */
export async function hasNotChanged({ position, seen }: ParkedFile, path: string): Promise<boolean> {
  const now = await stat(path, { bigint: true }).catch(() => undefined);
  const isSameFile = String(now?.dev) === position.dev && String(now?.ino) === position.ino;
  return isSameFile && now?.size === BigInt(seen.size) && now.mtimeNs === seen.written;
}

/** The path of a file in a directory by its inode. */
export async function findInode(directory: string, { dev, ino }: Position): Promise<string | undefined> {
  for (const name of await readdir(directory).catch(() => [])) {
    const path = join(directory, name);
    const found = await stat(path, { bigint: true }).catch(() => undefined);
    if (found?.isFile() && String(found.dev) === dev && String(found.ino) === ino) return path;
  }
  return undefined;
}
