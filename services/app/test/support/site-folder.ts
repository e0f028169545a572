import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tempDir } from '@podkit/chassis/testing/temp-dir';

/** A folder as git-sync leaves it: `current` is a link to a worktree that is named by its commit. */
export class SiteFolder {
  readonly root = tempDir();
  readonly link = join(this.root, 'current');

  /** Write a worktree and point the link at it, in one step as git-sync does. Returns the commit. */
  publish(digit: string, files: Record<string, string | Buffer>): string {
    const commit = digit.repeat(40);
    const worktree = this.worktree(commit);
    for (const [path, content] of Object.entries(files)) {
      const file = join(worktree, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
    symlinkSync(join('.worktrees', commit), `${this.link}.tmp`);
    renameSync(`${this.link}.tmp`, this.link);
    return commit;
  }

  worktree(commit: string): string {
    return join(this.root, '.worktrees', commit);
  }

  remove(commit: string): void {
    rmSync(this.worktree(commit), { recursive: true });
  }
}
