import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError, PodkitError } from '@podkit/chassis/errors';

const namePrefix = '.git-sync-private-';

/** Whether a name in the root is that of a private directory, which is there when nothing else can be written. */
export function isPrivateDirectory(name: string): boolean {
  return name.startsWith(namePrefix);
}

/**
 * What the names of a root's private directories begin with. They contain the root's device and inode, so that a
 * process knows what an earlier one for the same root left behind.
 */
export async function findPrivatePrefix(root: string): Promise<string> {
  const { dev, ino } = await stat(root);
  return `${namePrefix}${dev.toString(36)}-${ino.toString(36)}-`;
}

/**
 * Make a directory that only we can read, for git's configuration and credentials, in the first of `parents` that can
 * be written. Private directories that an earlier process left after SIGKILL are deleted.
 *
 * @throws {PodkitError} ERR_TMPDIR when none of `parents` can be written
 */
export async function makePrivateDirectory(own: string, parents: readonly string[]): Promise<string> {
  for (const parent of parents) await removeOlder(parent, own);
  const reasons: string[] = [];
  for (const parent of parents) {
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
