import { randomUUID } from 'node:crypto';
import { rename, symlink } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { Log } from '../log/log.ts';
import { lstatIfThere, makeDirectories, readFileIfThere, readlinkIfThere, removeTree, syncDirectory } from './files.ts';
import { copyClaim, isFullHash, temporaryLinkPrefix } from './layout.ts';
import type { Tree } from './worktree.ts';

/** Makes a checkout visible to consumers. */
export type Publisher = {
  /** The published tree; undefined when there is none. */
  current(): Promise<Tree | undefined>;
  publish(tree: Tree, signal: AbortSignal): Promise<void>;
};

/** Publishes by a symlink, which is replaced in one step. */
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
    await this.#moveObstacle();
    // A random name can't be predicted, and no earlier process has used it.
    const temporary = join(directory, `${temporaryLinkPrefix(this.#link)}${randomUUID()}`);
    await symlink(relative(directory, path), temporary);
    await rename(temporary, this.#link);
    await syncDirectory(directory);
  }

  /** Move a file or directory at the link's path aside: it may be a user's, and must not block publishing. */
  async #moveObstacle(): Promise<void> {
    const there = await lstatIfThere(this.#link);
    if (there === undefined || there.isSymbolicLink()) return;
    const claim = copyClaim(this.#worktrees);
    if ((await readFileIfThere(claim)) === this.#link) {
      // Our copy, from before `--publish` was changed.
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
