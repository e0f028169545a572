import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { removeTree } from './files.ts';

/**
 * Delete the lock files and partial packs that a killed git left in a repository, its worktrees and their submodules.
 * No git may run meanwhile. Gives the deleted paths.
 */
export async function removeStaleLocks(gitDir: string): Promise<string[]> {
  const stale = (await filesBelow(gitDir, 0)).filter((path) => isStale(path));
  for (const path of stale) await removeTree(path);
  return stale;
}

function isStale(path: string): boolean {
  return /\.lock$|\/objects\/(pack\/(tmp_|\.tmp-)|tmp_obj_|[0-9a-f]{2}\/tmp_obj_|tmp_objdir-)|\/gc\.pid$/.test(path);
}

/** The files of a directory and those below it. */
async function filesBelow(directory: string, depth: number): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const found: string[] = [];
  for (const entry of entries) {
    const path = join(directory, entry.name);
    if (/\/objects\/tmp_objdir-/.test(path) || !entry.isDirectory()) found.push(path);
    else if (depth < 40) found.push(...(await filesBelow(path, depth + 1)));
  }
  return found;
}
