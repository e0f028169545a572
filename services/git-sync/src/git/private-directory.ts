import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, PodkitError } from '@podkit/chassis/errors';

/**
 * A new directory that only we can read, for git's configuration and credentials. With a read-only root file system
 * and no TMPDIR, memory-backed places are tried, and at last the synced volume itself.
 *
 * @throws {PodkitError} ERR_TMPDIR when none can be written
 */
export async function makePrivateDirectory(candidates: readonly string[]): Promise<string> {
  const reasons: string[] = [];
  for (const parent of candidates) {
    try {
      const path = await mkdtemp(join(parent, '.git-sync-private-'));
      await chmod(path, 0o700);
      return path;
    } catch (error) {
      reasons.push(messageOf(error));
    }
  }
  throw new PodkitError('ERR_TMPDIR', `no directory for private files; set TMPDIR: ${reasons.join('; ')}`);
}

export async function removePrivateDirectory(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
}
