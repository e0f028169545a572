import { existsSync, mkdirSync, type Stats } from 'node:fs';
import { lstat, open, readdir, readFile, readlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { runProcess } from '../process/run-process.ts';

/** `lstat`, or undefined where there is no such file. All other errors are thrown. */
export async function lstatIfThere(path: string): Promise<Stats | undefined> {
  return ifThere(lstat(path));
}

/** The target of a symlink, or undefined where there is none. */
export async function readlinkIfThere(path: string): Promise<string | undefined> {
  try {
    return await readlink(path);
  } catch (error) {
    if (isCode(error, 'ENOENT', 'ENOTDIR', 'EINVAL')) return undefined;
    throw error;
  }
}

export async function readFileIfThere(path: string): Promise<string | undefined> {
  return ifThere(readFile(path, 'utf8'));
}

/**
 * Make a directory and those above it that are missing. Not by `recursive`: Node 24 never returns from that where a
 * directory is there and takes no others, such as in /proc.
 */
export function makeDirectories(path: string): void {
  try {
    mkdirSync(path, { mode: 0o775 });
  } catch (error) {
    if (isCode(error, 'EEXIST')) return;
    const parent = dirname(path);
    if (!isCode(error, 'ENOENT') || parent === path || existsSync(parent)) throw error;
    makeDirectories(parent);
    mkdirSync(path, { mode: 0o775 });
  }
}

/** The names in a directory; none where it is not there. */
export async function namesIn(path: string): Promise<string[]> {
  return (await ifThere(readdir(path))) ?? [];
}

/**
 * Delete a file or a directory with everything in it, following no link. It is `rm` that does it, since file names
 * need not be UTF-8 and Node's own recursive removal fails on those.
 */
export async function removeTree(path: string): Promise<void> {
  if ((await lstatIfThere(path)) === undefined) return;
  await runProcess('rm', ['-rf', '--', path], { cwd: '/', env: { LC_ALL: 'C' } });
}

/** Put the names in a directory on disk. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

async function ifThere<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

function isCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
