import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Cost, readCpuTime } from './cost.ts';
import { git } from './remote.ts';

/** Runs the git commands that a sync needs, without git-sync. */
export class PlainGit {
  readonly #root: string;
  readonly #remote: string;

  constructor(root: string, remote: string) {
    this.#root = root;
    this.#remote = remote;
  }

  first(): Cost {
    return measured(() => {
      mkdirSync(this.#root);
      git(this.#root, 'init', '-q');
      this.#checkOut();
    });
  }

  unchanged(): Cost {
    return measured(() => this.#fetch());
  }

  /** Fetch, check out the new commit beside the old one, then remove the old worktree and its garbage. */
  changed(): Cost {
    return measured(() => {
      const before = git(this.#root, 'rev-parse', 'HEAD');
      this.#checkOut();
      rmSync(join(this.#root, '.worktrees', before), { recursive: true });
      git(this.#root, 'worktree', 'prune', '--expire=now');
      git(this.#root, '-c', 'gc.pruneExpire=now', 'gc', '--quiet');
    });
  }

  #fetch(): void {
    git(this.#root, 'fetch', '-q', '--depth=1', `file://${this.#remote}`, 'main');
  }

  #checkOut(): void {
    this.#fetch();
    const hash = git(this.#root, 'rev-parse', 'FETCH_HEAD');
    git(this.#root, 'update-ref', 'HEAD', hash);
    const tree = join(this.#root, '.worktrees', hash);
    if (existsSync(tree)) throw new Error(`${tree} exists already`);
    git(this.#root, 'worktree', 'add', '-q', '--detach', '--no-checkout', tree, hash);
    git(tree, 'reset', '-q', '--hard', hash);
  }
}

function measured(work: () => void): Cost {
  const began = performance.now();
  const cpu = readCpuTime('self', { own: false });
  work();
  return { wall: performance.now() - began, cpu: readCpuTime('self', { own: false }) - cpu };
}
