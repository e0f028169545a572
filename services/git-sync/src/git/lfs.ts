import { join } from 'node:path';
import { findOnPath } from '@podkit/chassis/process/programs';
import type { Log } from '../log/log.ts';
import { lstatIfThere, readFileIfThere } from '../sync/files.ts';
import type { Layout } from '../sync/layout.ts';
import type { Tree } from '../sync/worktree.ts';
import type { GitConfigEntry } from './config-text.ts';
import type { Git } from './git.ts';

/** Whether Git LFS is used; `missing` when it is wanted and not installed. */
export type Lfs = 'on' | 'off' | 'missing';

export function chooseLfs(wanted: 'auto' | 'off', path: string): Lfs {
  if (wanted === 'off') return 'off';
  return findOnPath('git-lfs', path) === undefined ? 'missing' : 'on';
}

/** The settings that `git lfs install` writes. */
export const lfsSettings: readonly GitConfigEntry[] = [
  { key: 'filter.lfs.clean', value: 'git-lfs clean -- %f' },
  { key: 'filter.lfs.smudge', value: 'git-lfs smudge -- %f' },
  { key: 'filter.lfs.process', value: 'git-lfs filter-process' },
  { key: 'filter.lfs.required', value: 'true' },
];

/** Log that a checkout has pointers instead of its LFS files. */
export async function warnOfPointers(tree: Tree, log: Log): Promise<void> {
  const file = join(tree.path, '.gitattributes');
  // A link may lead to a device that never ends.
  if ((await lstatIfThere(file))?.isFile() !== true) return;
  const attributes = await readFileIfThere(file);
  if (attributes?.includes('filter=lfs') === true)
    log.info(0, 'git-lfs is not installed: pointers are published instead of the files in Git LFS', {
      hash: tree.hash,
    });
}

/** Delete the LFS files of commits that are gone: `git gc` does not delete them. */
export async function pruneLfs(git: Git, layout: Layout, signal: AbortSignal): Promise<void> {
  if ((await lstatIfThere(join(layout.gitDir, 'lfs'))) === undefined) return;
  await git.run(['lfs', 'prune'], { cwd: layout.root, signal });
}
