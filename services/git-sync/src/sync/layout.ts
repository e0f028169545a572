import { basename, isAbsolute, join, resolve } from 'node:path';

/** The absolute paths of one repository's files. */
export type Layout = {
  root: string;
  /** The repository, without a checkout. */
  gitDir: string;
  /** The checkouts, one directory per hash. Every root of git-sync has it. */
  worktrees: string;
  /** What consumers read: a symlink; with `--publish=copy` a directory. */
  link: string;
};

/** The layout of a root; its path contains no links. */
export function createLayout(root: string, link: string): Layout {
  return {
    root,
    gitDir: join(root, '.git'),
    worktrees: join(root, '.worktrees'),
    link: resolveIn(root, link),
  };
}

/** Resolve a path that is absolute or relative to the root. */
export function resolveIn(root: string, path: string): string {
  return isAbsolute(path) ? resolve(path) : join(root, path);
}

/** The default of `--link`: the last part of the repository's address, such as `x.git`. */
export function defaultLink(repo: string): string {
  const path = repo.replace(/[?#].*$/, '').replace(/\/+$/, '');
  return basename(path.slice(path.lastIndexOf(':') + 1)) || 'repo';
}

/** Whether a text is a full hash, SHA-1 or SHA-256. */
export function isFullHash(text: string): boolean {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

/** What the name of a temporary link begins with, beside the link that it replaces. */
export function temporaryLinkPrefix(link: string): string {
  return `.${basename(link)}.git-sync-`;
}

/** The file with the path of the directory that `--publish=copy` owns. */
export function copyClaim(worktrees: string): string {
  return join(worktrees, '.copy-target');
}
