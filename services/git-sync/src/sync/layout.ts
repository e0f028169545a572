import { basename, isAbsolute, join, resolve } from 'node:path';

/** Where everything of one synced repository lives. All paths are absolute. */
export type Layout = {
  root: string;
  /** The repository, without a checkout. */
  gitDir: string;
  /** The checkouts, one directory per hash. Its presence also says that the root is ours. */
  worktrees: string;
  /** What consumers read: a symlink, or a directory with `publish: copy`. */
  link: string;
};

/** The layout below a root, whose links are resolved already. */
export function createLayout(root: string, link: string): Layout {
  return {
    root,
    gitDir: join(root, '.git'),
    worktrees: join(root, '.worktrees'),
    link: resolveIn(root, link),
  };
}

/** A path that may be absolute or relative to the root. */
export function resolveIn(root: string, path: string): string {
  return isAbsolute(path) ? resolve(path) : join(root, path);
}

/** The name of the link where none is given: the last part of the repository's address, `x.git` kept. */
export function defaultLink(repo: string): string {
  const path = repo.replace(/[?#].*$/, '').replace(/\/+$/, '');
  return basename(path.slice(path.lastIndexOf(':') + 1)) || 'repo';
}

/** A full object name, SHA-1 or SHA-256. */
export function isFullHash(text: string): boolean {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

/** Where the path of the directory is kept that we copy to: what is in it is ours. */
export function copyClaim(worktrees: string): string {
  return join(worktrees, '.copy-target');
}
