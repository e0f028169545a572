import { randomUUID } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { open, rm, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import { getErrorCode } from '@podkit/chassis/errors';
import type { LoggedError } from '../log/log.ts';
import { makeDirectories } from './files.ts';

/**
 * Write the last error where others can read it, whole or not at all. It is synchronous since the process may be
 * about to end with just this error. A file that can't be written is given up: there is nowhere left to complain.
 */
export function writeErrorFile(path: string, error: LoggedError): void {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    makeDirectories(dirname(path));
    writeFileSync(temporary, JSON.stringify(error), { mode: 0o644, flag: 'wx' });
    renameSync(temporary, path);
  } catch {
    rmSync(temporary, { force: true });
  }
}

export async function removeErrorFile(path: string): Promise<void> {
  await rm(path, { force: true });
}

/** Make the file where it is not there, and set its times to now. */
export async function touch(path: string, now = new Date()): Promise<void> {
  try {
    // Without opening it: opening a pipe without a reader would never return.
    await utimes(path, now, now);
  } catch (error) {
    if (getErrorCode(error) !== 'ENOENT') throw error;
    makeDirectories(dirname(path));
    await (await open(path, 'wx', 0o644)).close();
  }
}
