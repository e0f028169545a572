import { randomUUID } from 'node:crypto';
import { rename, symlink } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { Log } from '../log/log.ts';
import { lstatIfThere, makeDirectories, readFileIfThere, readlinkIfThere, removeTree, syncDirectory } from './files.ts';
import { copyClaim, isFullHash } from './layout.ts';
import { temporaryLinkPrefix } from './root.ts';
import type { Tree } from './worktree.ts';

/** How a checkout becomes visible to consumers. */
export type Publisher = {
  /** What is published now, or undefined where nothing is. */
  current(): Promise<Tree | undefined>;
  publish(tree: Tree, signal: AbortSignal): Promise<void>;
};

/** Publishes by a symlink that is moved into place in one step. */
export class LinkPublisher implements Publisher {
  readonly #link: string;
  readonly #worktrees: string;
  readonly #log: Log;

  constructor({ link, worktrees, log }: { link: string; worktrees: string; log: Log }) {
    this.#link = link;
    this.#worktrees = worktrees;
    this.#log = log;
  }

  async current(): Promise<Tree | undefined> {
    const target = await readlinkIfThere(this.#link);
    if (target === undefined) return undefined;
    const path = resolve(dirname(this.#link), target);
    // Version 3 named its worktrees `rev-<hash>`.
    const hash = basename(path).replace(/^rev-/, '');
    return isFullHash(hash) ? { hash, path } : undefined;
  }

  async publish({ path }: Tree): Promise<void> {
    const directory = dirname(this.#link);
    makeDirectories(directory);
    await this.#clearTheWay();
    // A random name: it can't be predicted, and no earlier process left it behind.
    const temporary = join(directory, `${temporaryLinkPrefix(this.#link)}${randomUUID()}`);
    await symlink(relative(directory, path), temporary);
    await rename(temporary, this.#link);
    await syncDirectory(directory);
  }

  /** A real file or directory where the link belongs is moved aside: it may be somebody's, and it must not block. */
  async #clearTheWay(): Promise<void> {
    const there = await lstatIfThere(this.#link);
    if (there === undefined || there.isSymbolicLink()) return;
    const claim = copyClaim(this.#worktrees);
    if ((await readFileIfThere(claim)) === this.#link) {
      // Our own copy, made before `--publish` was changed.
      await removeTree(this.#link);
      return removeTree(claim);
    }
    const aside = `${this.#link}.displaced-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
    await rename(this.#link, aside);
    this.#log.error(undefined, '--link existed and was not a symlink; moved it aside', {
      link: this.#link,
      aside,
    });
  }
}
