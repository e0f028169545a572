import { randomUUID } from 'node:crypto';
import { mkdir, rename, symlink } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { Step } from '../git/git.ts';
import type { Log } from '../log/log.ts';
import { lstatIfThere, readlinkIfThere, syncDirectory } from './files.ts';
import { isFullHash } from './layout.ts';
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
  readonly #log: Log;
  readonly #step: Step;

  constructor({ link, log, step }: { link: string; log: Log; step: Step }) {
    this.#link = link;
    this.#log = log;
    this.#step = step;
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
    await mkdir(directory, { recursive: true, mode: 0o775 });
    await this.#clearTheWay();
    // A name that nobody can foresee or have left behind.
    const temporary = join(directory, `${temporaryLinkPrefix(this.#link)}${randomUUID()}`);
    await symlink(relative(directory, path), temporary);
    this.#step('temporary link made');
    await rename(temporary, this.#link);
    this.#step('link moved');
    await syncDirectory(directory);
  }

  /** A real file or directory where the link belongs is moved aside: it may be somebody's, and it must not block. */
  async #clearTheWay(): Promise<void> {
    const there = await lstatIfThere(this.#link);
    if (there === undefined || there.isSymbolicLink()) return;
    const aside = `${this.#link}.displaced-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
    await rename(this.#link, aside);
    this.#log.error(undefined, 'the place of the link was taken by something else; it was moved aside', {
      link: this.#link,
      aside,
    });
    this.#step('obstacle moved aside');
  }
}
