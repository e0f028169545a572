import { randomUUID } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { mkdir, realpath, rename } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { PodkitError } from '@podkit/chassis/errors';
import { isPrivateDirectory } from '../git/private-directory.ts';
import { listNames, lstatIfThere, makeDirectories, readFileIfThere, removeTree } from './files.ts';
import { type Layout, temporaryLinkPrefix } from './layout.ts';

const oldPrefix = '.git-sync-old-';

/** Create the root if it is missing. Gives its path without links. */
export async function openRoot(path: string): Promise<string> {
  makeDirectories(resolve(path));
  const root = await realpath(path);
  if (root === '/' || root === homedir())
    throw new PodkitError('ERR_ROOT', `--root=${root}: must not be the root of the file system or a home directory`);
  return root;
}

/**
 * Claim a root, which must be empty or ours. Other files in it are deleted only with `wipe`. `own` are the paths that
 * git-sync itself writes in the root, such as the error file.
 *
 * @throws {PodkitError} ERR_ROOT_FOREIGN with the names of some of the other files
 */
export async function claimRoot(layout: Layout, { own, wipe }: { own: string[]; wipe: boolean }): Promise<void> {
  const ours = await lstatIfThere(layout.worktrees);
  if (ours?.isDirectory() !== true) {
    const foreign = await listForeign(layout, own);
    if (foreign.length > 0 && !wipe) throw foreignError(layout.root, foreign);
    for (const name of foreign) await removeTree(join(layout.root, name));
    if (ours !== undefined) await removeTree(layout.worktrees);
    await mkdir(layout.worktrees, { mode: 0o775 });
  }
}

function foreignError(root: string, foreign: string[]): PodkitError {
  const shown = foreign.slice(0, 5).join(', ') + (foreign.length > 5 ? ` and ${foreign.length - 5} more` : '');
  const message = `--root=${root}: contains files that git-sync did not make (${shown}); use an empty directory, or --wipe-root to delete them`;
  return new PodkitError('ERR_ROOT_FOREIGN', message);
}

async function listForeign(layout: Layout, own: string[]): Promise<string[]> {
  const expected = new Set(
    [
      '.git',
      '.worktrees',
      'lost+found',
      ...[layout.link, ...own].map((path) => cutFirstPart(layout.root, path)),
    ].filter((name) => name !== undefined),
  );
  const names = (await listNames(layout.root)).filter((name) => !expected.has(name) && !isLeftover(layout, own, name));
  const foreign: string[] = [];
  for (const name of names) if (!(await isOldWorktree(layout, name))) foreign.push(name);
  return foreign;
}

/** Whether the name is of something that git-sync itself left in the root. */
function isLeftover(layout: Layout, own: string[], name: string): boolean {
  const temporaries = own
    .map((path) => `${basename(path)}.`)
    .some((start) => name.startsWith(start) && name.endsWith('.tmp'));
  return (
    temporaries ||
    isPrivateDirectory(name) ||
    name.startsWith(oldPrefix) ||
    name.startsWith(temporaryLinkPrefix(layout.link)) ||
    name.startsWith(`${basename(layout.link)}.displaced-`)
  );
}

function cutFirstPart(root: string, path: string): string | undefined {
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1).split('/', 1)[0] : undefined;
}

/** Version 3 kept its worktrees in the root itself, as `<hash>` or `rev-<hash>`, and its link beside them. */
async function isOldWorktree(layout: Layout, name: string): Promise<boolean> {
  const path = join(layout.root, name);
  if ((await lstatIfThere(path))?.isSymbolicLink()) return name === 'tmp-link';
  if (!/^(rev-)?[0-9a-f]{40,64}$/.test(name)) return false;
  return (await readFileIfThere(join(path, '.git')))?.includes('/worktrees/') ?? false;
}

/**
 * Move the repository aside, so that a new one can be made. The checkouts stay: consumers read the published one until
 * it is replaced.
 */
export async function discardRepository(layout: Layout): Promise<void> {
  if ((await lstatIfThere(layout.gitDir)) === undefined) return;
  await rename(layout.gitDir, join(layout.root, `${oldPrefix}${randomUUID()}`));
}

/** Delete what a crash left: discarded repositories, and temporary links beside the published one. */
export async function sweepLeftovers(layout: Layout): Promise<void> {
  for (const name of await listNames(layout.root))
    if (name.startsWith(oldPrefix)) await removeTree(join(layout.root, name));
  const directory = dirname(layout.link);
  for (const name of await listNames(directory)) {
    const path = join(directory, name);
    const isOurs = name.startsWith(temporaryLinkPrefix(layout.link)) || name === 'tmp-link';
    if (isOurs && (await lstatIfThere(path))?.isSymbolicLink()) await removeTree(path);
  }
}

/** @throws {PodkitError} ERR_ROOT when two roots are the same directory, whatever their spelling or links */
export function refuseSharedRoots(roots: readonly string[]): void {
  const real = roots.map((root) => realpathSync(root));
  const shared = roots.filter((_root, at) => real.indexOf(real[at] ?? '') !== at);
  if (shared.length > 0) throw new PodkitError('ERR_ROOT', `two repositories have the same root: ${shared.join(', ')}`);
}
