import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError, PodkitError } from '@podkit/chassis/errors';

const prefix = '.git-sync-private-';

/** Whether a file is a private directory of ours, which may lie in the root where nothing else can be written. */
export function isPrivateDirectory(name: string): boolean {
  return name.startsWith(prefix);
}

/**
 * A new directory that only we can read, for git's configuration and credentials. With a read-only root file system
 * and no TMPDIR, memory-backed places are tried, and at last the synced volume itself.
 *
 * It is named after the root, by device and inode: what an earlier process for the same root left there after SIGKILL
 * is deleted, and what belongs to another git-sync is not.
 *
 * @throws {PodkitError} ERR_TMPDIR when none can be written
 */
export async function makePrivateDirectory(candidates: readonly string[], root: string): Promise<string> {
  const { dev, ino } = await stat(root);
  const own = `${prefix}${dev.toString(36)}-${ino.toString(36)}-`;
  for (const parent of candidates) await removeOlder(parent, own);
  const reasons: string[] = [];
  for (const parent of candidates) {
    try {
      const path = await mkdtemp(join(parent, own));
      await chmod(path, 0o700);
      return path;
    } catch (error) {
      reasons.push(describeError(error));
    }
  }
  throw new PodkitError('ERR_TMPDIR', `no directory for private files; set TMPDIR: ${reasons.join('; ')}`);
}

async function removeOlder(parent: string, own: string): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  for (const name of names)
    if (name.startsWith(own)) await rm(join(parent, name), { recursive: true, force: true }).catch(() => undefined);
}

export async function removePrivateDirectory(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
}
