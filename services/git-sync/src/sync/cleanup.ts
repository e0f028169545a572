import { stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Git } from '../git/git.ts';
import type { Log } from '../log/log.ts';
import { lstatIfThere, namesIn, readFileIfThere, removeTree } from './files.ts';
import type { Layout } from './layout.ts';
import type { Tree } from './worktree.ts';

export type CleanupOptions = {
  layout: Layout;
  git: Git;
  log: Log;
  /** Milliseconds a superseded checkout is kept. */
  staleTimeout: number;
  gc: 'auto' | 'always' | 'aggressive' | 'off';
  now?: () => number;
};

/** Note on the directory itself when a checkout was superseded: its age counts from then, also after a restart. */
export async function markSuperseded(path: string, now = new Date()): Promise<void> {
  await utimes(path, now, now).catch(() => undefined);
}

/**
 * Remove the checkouts that are neither published nor young, and, if there were any, what git keeps for them.
 * Gives the number removed.
 */
export async function removeStaleWorktrees(
  { layout, git, log, staleTimeout, gc, now = Date.now }: CleanupOptions,
  published: Tree,
  signal: AbortSignal,
): Promise<number> {
  let removed = 0;
  for (const name of await namesIn(layout.worktrees)) {
    const path = join(layout.worktrees, name);
    if (path === published.path || path === dirname(published.path) || name.startsWith('.')) continue;
    const age = now() - (await stat(path)).mtimeMs;
    // A clock that was set back must not keep one for ever: an age below zero counts as old.
    if (age >= 0 && age < staleTimeout) continue;
    log.info(1, 'removing stale worktree', { path });
    await removeTree(path);
    removed += 1;
  }
  if (removed > 0) await collectGarbage({ layout, git, gc }, signal);
  return removed;
}

async function collectGarbage(
  { layout, git, gc }: Pick<CleanupOptions, 'layout' | 'git' | 'gc'>,
  signal: AbortSignal,
): Promise<void> {
  const run = (...args: string[]) => git.run(args, { cwd: layout.root, signal });
  await run('worktree', 'prune', '--expire=now');
  // Roots of upstream have reflogs, which keep old commits alive; ours write none.
  if ((await lstatIfThere(join(layout.gitDir, 'logs'))) !== undefined)
    await run('reflog', 'expire', '--expire-unreachable=all', '--all');
  if (gc === 'off') return;
  const mode = { auto: ['--auto'], always: [], aggressive: ['--aggressive'] }[gc];
  await run('gc', '--quiet', ...mode);
}

/** Remove the checkout of version 3, which lies in the root itself, once the link has left it. */
export async function removeOldLayout(layout: Layout, path: string): Promise<void> {
  if (dirname(path) !== layout.root) return;
  const pointer = await readFileIfThere(join(path, '.git')).catch(() => undefined);
  if (pointer?.includes('/worktrees/')) await removeTree(path);
}
