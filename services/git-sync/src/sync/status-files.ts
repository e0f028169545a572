import { randomUUID } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { open, rm, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import { getErrorCode } from '@podkit/chassis/errors';
import type { LoggedError } from '../log/log.ts';
import { makeDirectories } from './files.ts';

/**
 * Write the error file in one step. It is synchronous, since the process may be about to end. A failure is ignored:
 * there is no other place to report it.
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

/** Create the file if it is missing, and set its times to now. */
export async function touch(path: string): Promise<void> {
  const now = new Date();
  try {
    // The file is not opened: opening a pipe without a reader never returns.
    await utimes(path, now, now);
  } catch (error) {
    if (getErrorCode(error) !== 'ENOENT') throw error;
    makeDirectories(dirname(path));
    await (await open(path, 'wx', 0o644)).close();
  }
}
