import { randomUUID } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { copyFile, lstat, mkdir, open, readdir, readlink, rename, rm, rmdir, symlink } from 'node:fs/promises';
import { joinBytes } from './files.ts';

const blockSize = 64 * 1024;

/**
 * Make `target` equal to `source`, without `.git`. Each file is replaced in one step, so that a reader sees its old or
 * its new content; the directory changes file by file. Equal files are not touched. Names are handled as bytes.
 */
export async function mirror(source: string, target: string, signal: AbortSignal): Promise<void> {
  await mirrorDirectory(Buffer.from(source), Buffer.from(target), signal);
}

async function mirrorDirectory(source: Buffer, target: Buffer, signal: AbortSignal): Promise<void> {
  await makeDirectory(target);
  const wanted = (await readdir(source, 'buffer')).filter((name) => name.toString() !== '.git');
  for (const name of wanted) {
    signal.throwIfAborted();
    await mirrorEntry(joinBytes(source, name), joinBytes(target, name), signal);
  }
  const keep = new Set(wanted.map((name) => name.toString('latin1')));
  for (const name of await readdir(target, 'buffer'))
    if (!keep.has(name.toString('latin1'))) await remove(joinBytes(target, name));
}

async function mirrorEntry(source: Buffer, target: Buffer, signal: AbortSignal): Promise<void> {
  const from = await lstat(source);
  const to = await lstat(target).catch(() => undefined);
  if (from.isDirectory()) return mirrorDirectory(source, target, signal);
  if (to !== undefined && (await isSame(source, from, target, to))) return;
  const temporary = Buffer.concat([
    target.subarray(0, target.lastIndexOf('/') + 1),
    Buffer.from(`.${randomUUID()}.tmp`),
  ]);
  if (from.isSymbolicLink()) await symlink(await readlink(source, 'buffer'), temporary);
  else await copyFile(source, temporary, constants.COPYFILE_FICLONE);
  if (to?.isDirectory()) await remove(target);
  await rename(temporary, target);
}

async function isSame(source: Buffer, from: Stats, target: Buffer, to: Stats): Promise<boolean> {
  if (from.isSymbolicLink())
    return to.isSymbolicLink() && (await readlink(source, 'buffer')).equals(await readlink(target, 'buffer'));
  if (!to.isFile() || from.size !== to.size || from.mode !== to.mode) return false;
  return hasSameContent(source, target);
}

/** Compare two files of one size block by block: a repository may have files that are larger than the memory. */
async function hasSameContent(source: Buffer, target: Buffer): Promise<boolean> {
  await using one = await open(source);
  await using other = await open(target);
  const block = Buffer.alloc(blockSize);
  const copy = Buffer.alloc(blockSize);
  for (;;) {
    const read = (await one.read(block)).bytesRead;
    const copied = (await other.read(copy)).bytesRead;
    if (read !== copied || !block.subarray(0, read).equals(copy.subarray(0, read))) return false;
    if (read === 0) return true;
  }
}

async function makeDirectory(path: Buffer): Promise<void> {
  const there = await lstat(path).catch(() => undefined);
  if (there !== undefined && !there.isDirectory()) await rm(path);
  await mkdir(path, { recursive: true, mode: 0o775 });
}

/** Delete a file, or a directory with its contents, without following links. */
async function remove(path: Buffer): Promise<void> {
  if (!(await lstat(path)).isDirectory()) return rm(path);
  for (const name of await readdir(path, 'buffer')) await remove(joinBytes(path, name));
  await rmdir(path);
}
