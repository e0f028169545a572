import { randomUUID } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, open, rm, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { LoggedError } from '../log/log.ts';

/**
 * Write the last error where others can read it, whole or not at all. It is synchronous since the process may be
 * about to end with just this error. A file that can't be written is given up: there is nowhere left to complain.
 */
export function writeErrorFile(path: string, error: LoggedError): void {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
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
  await mkdir(dirname(path), { recursive: true, mode: 0o775 });
  await (await open(path, 'a', 0o644)).close();
  await utimes(path, now, now);
}
