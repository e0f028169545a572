import { realpathSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { isHidden } from './site-path.ts';

/** One state of the site: the folder of its files and, if it comes from Git, its commit. */
export type Revision = { root: string; commit: string | undefined };

const commitHash = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/**
 * Resolve the link that git-sync publishes; undefined while nothing is published. git-sync names each worktree by its
 * commit (https://github.com/kubernetes/git-sync), so the commit is that part of the resolved path.
 *
 * Synchronous, since a few readlink calls take microseconds, and ten times as long through the thread pool.
 */
export function resolveRevision(link: string): Revision | undefined {
  try {
    const root = realpathSync.native(link);
    return { root, commit: root.split(sep).findLast((part) => commitHash.test(part)) };
  } catch {
    return undefined;
  }
}

/** Whether an existing file is a visible part of the site. A link in the site may lead to `.git`, or out of it. */
export function isInside({ root }: Revision, path: string): boolean {
  return !isHidden(relative(root, realpathSync.native(path)).split(sep));
}
