import { lstat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Git } from '../git/git.ts';
import { type Lfs, pruneLfs } from '../git/lfs.ts';
import type { Log } from '../log/log.ts';
import { listNames, lstatIfThere, readFileIfThere, removeTree } from './files.ts';
import type { Layout } from './layout.ts';
import type { Tree } from './worktree.ts';

export type CleanupOptions = {
  layout: Layout;
  git: Git;
  log: Log;
  /** Milliseconds for which a superseded checkout is kept. */
  staleTimeout: number;
  gc: 'auto' | 'always' | 'aggressive' | 'off';
  lfs: Lfs;
  /** Called for each checkout that can't be removed, in each pass. */
  onFailure: () => void;
};

/** The superseded checkouts, each kept for `staleTimeout` for consumers that still read it. */
export class StaleWorktrees {
  readonly #options: CleanupOptions;
  /** `performance.now()` at which each was superseded; unlike the wall clock it does not jump. */
  readonly #since = new Map<string, number>();
  /** Those that could not be removed. */
  readonly #stuck = new Set<string>();

  constructor(options: CleanupOptions) {
    this.#options = options;
  }

  /** Record that a checkout was superseded now, also in its directory's time, which is read after a restart. */
  async markSuperseded(path: string): Promise<void> {
    this.#since.set(path, performance.now());
    const now = new Date();
    await utimes(path, now, now).catch(() => undefined);
  }

  /**
   * Remove the superseded checkouts that are old enough, and then what git keeps for them. Gives the number removed.
   */
  async remove(published: Tree, signal: AbortSignal): Promise<number> {
    const { layout, log, staleTimeout } = this.#options;
    let removed = 0;
    for (const name of await listNames(layout.worktrees)) {
      const path = join(layout.worktrees, name);
      if (path === published.path || path === dirname(published.path) || name.startsWith('.')) continue;
      if ((await this.#age(path)) < staleTimeout) continue;
      log.info(1, 'removing stale worktree', { path });
      if (await this.#removeTree(path)) removed += 1;
    }
    if (removed > 0) await collectGarbage(this.#options, signal);
    return removed;
  }

  /** Gives false when it can't be removed; that is logged once per checkout. */
  async #removeTree(path: string): Promise<boolean> {
    const { log, onFailure } = this.#options;
    try {
      await removeTree(path);
    } catch (error) {
      onFailure();
      if (!this.#stuck.has(path))
        log.error(error, 'cannot remove a stale worktree; the others are still removed', { path });
      this.#stuck.add(path);
      return false;
    }
    this.#since.delete(path);
    this.#stuck.delete(path);
    return true;
  }

  /** Milliseconds since it was superseded. A time in the future, after the clock was set back, counts as now. */
  async #age(path: string): Promise<number> {
    const now = performance.now();
    let since = this.#since.get(path);
    if (since === undefined) {
      since = now - Math.max(0, Date.now() - (await lstat(path)).mtimeMs);
      this.#since.set(path, since);
    }
    return now - since;
  }
}

async function collectGarbage({ layout, git, gc, lfs }: CleanupOptions, signal: AbortSignal): Promise<void> {
  const run = (...args: string[]) => git.run(args, { cwd: layout.root, signal });
  await run('worktree', 'prune', '--expire=now');
  // Roots of upstream have reflogs, which keep old commits alive; ours write none.
  if ((await lstatIfThere(join(layout.gitDir, 'logs'))) !== undefined)
    await run('reflog', 'expire', '--expire-unreachable=all', '--all');
  if (gc === 'off') return;
  const mode = { auto: ['--auto'], always: [], aggressive: ['--aggressive'] }[gc];
  await run('gc', '--quiet', ...mode);
  if (lfs === 'on') await pruneLfs(git, layout, signal);
}

/** Remove a checkout of version 3, which is in the root itself, once it is superseded. */
export async function removeOldLayout(layout: Layout, path: string): Promise<void> {
  if (dirname(path) !== layout.root) return;
  const pointer = await readFileIfThere(join(path, '.git')).catch(() => undefined);
  if (pointer?.includes('/worktrees/')) await removeTree(path);
}
