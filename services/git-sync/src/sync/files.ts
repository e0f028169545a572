import { existsSync, mkdirSync, type Stats } from 'node:fs';
import { lstat, open, readdir, readFile, readlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { runProcess } from '../process/run-process.ts';

/** `lstat`; undefined when there is no such file. */
export async function lstatIfThere(path: string): Promise<Stats | undefined> {
  return ifThere(lstat(path));
}

/** The target of a symlink; undefined when there is no symlink. */
export async function readlinkIfThere(path: string): Promise<string | undefined> {
  try {
    return await readlink(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EINVAL')) return undefined;
    throw error;
  }
}

export async function readFileIfThere(path: string): Promise<string | undefined> {
  return ifThere(readFile(path, 'utf8'));
}

/**
 * Make a directory and its missing parents. Node 24's `recursive` never returns where a directory can't be made in an
 * existing one, such as in /proc.
 */
export function makeDirectories(path: string): void {
  try {
    mkdirSync(path, { mode: 0o775 });
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return;
    const parent = dirname(path);
    if (!hasCode(error, 'ENOENT') || parent === path || existsSync(parent)) throw error;
    makeDirectories(parent);
    mkdirSync(path, { mode: 0o775 });
  }
}

/** The names in a directory; none when it does not exist. */
export async function listNames(path: string): Promise<string[]> {
  return (await ifThere(readdir(path))) ?? [];
}

/**
 * Delete a file, or a directory with its contents, without following links. By the program `rm`, since Node's recursive
 * removal fails on names that are not UTF-8.
 */
export async function removeTree(path: string): Promise<void> {
  if ((await lstatIfThere(path)) === undefined) return;
  await runProcess('rm', ['-rf', '--', path], { cwd: '/', env: { LC_ALL: 'C' } });
}

/** Flush a directory's entries to disk. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** The path of a name in a directory, as bytes: names may have any encoding. */
export function joinBytes(directory: Buffer, name: Buffer): Buffer {
  return Buffer.concat([directory, Buffer.from('/'), name]);
}

async function ifThere<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
