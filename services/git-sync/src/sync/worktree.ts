import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { PodkitError } from '@podkit/chassis/errors';
import { writeFileAtomic } from '@podkit/chassis/files/atomic-file';
import type { Git } from '../git/git.ts';
import { listNames, lstatIfThere, readFileIfThere, removeTree } from './files.ts';
import type { Layout } from './layout.ts';

/** A checkout of one commit. */
export type Tree = { hash: string; path: string };

export type WorktreeOptions = {
  layout: Layout;
  git: Git;
  submodules: 'recursive' | 'shallow' | 'off';
  depth: number;
  sparseCheckoutFile: string | undefined;
  /** Whether files of Git LFS are checked out, and not their pointers. */
  withLfs: boolean;
};

/**
 * Check out a fetched commit completely; a complete checkout that is still kept is used again. The published tree is
 * never changed: when it is damaged, its replacement gets a directory of its own.
 */
export async function createWorktree(
  options: WorktreeOptions,
  { hash, published }: { hash: string; published: string | undefined },
  signal: AbortSignal,
): Promise<Tree> {
  const { layout, git, submodules, depth, sparseCheckoutFile } = options;
  const usual = join(layout.worktrees, hash);
  if (published !== usual && (await isComplete({ hash, path: usual }, options))) return { hash, path: usual };
  const path = published === usual ? join(layout.worktrees, `repair-${randomUUID()}`, hash) : usual;
  await removeTree(path);
  await mkdir(dirname(path), { recursive: true, mode: 0o775 });
  // `--force` twice: git keeps an unfinished worktree of a killed process as locked.
  const flags = ['--force', '--force', '--detach', '--no-checkout'];
  await git.run(['worktree', 'add', ...flags, path, hash], { cwd: layout.root, signal });
  const metadata = await findMetadata(path);
  if (metadata === undefined) throw new PodkitError('ERR_WORKTREE', `${path}: git made no worktree there`);
  // A relative path, so that git works where a consumer mounts the volume elsewhere.
  await writeFileAtomic(join(path, '.git'), `gitdir: ${relative(path, metadata)}\n`, { mode: 0o666 });
  if (sparseCheckoutFile !== undefined) {
    await mkdir(join(metadata, 'info'), { recursive: true });
    await copyFile(sparseCheckoutFile, join(metadata, 'info', 'sparse-checkout'));
    await git.run(['sparse-checkout', 'init'], { cwd: path, signal });
  }
  await git.run(['reset', '--hard', hash, '--'], { cwd: path, signal });
  if (submodules !== 'off' && (await lstatIfThere(join(path, '.gitmodules'))) !== undefined) {
    const levels = submodules === 'recursive' ? ['--recursive'] : [];
    const history = depth > 0 ? [`--depth=${depth}`] : [];
    await git.run(['submodule', 'update', '--init', ...levels, ...history], { cwd: path, signal });
  }
  await writeFileAtomic(join(metadata, completeFile), await settingsText(options));
  if (!(await isWhole({ hash, path }))) throw new PodkitError('ERR_WORKTREE', `${path}: is not at ${hash}`);
  return { hash, path };
}

/** Whether a checkout is at its hash, by a few small files; no git is started. */
export async function isWhole({ hash, path }: Tree): Promise<boolean> {
  const metadata = await findMetadata(path);
  if (metadata === undefined) return false;
  const head = await readFileIfThere(join(metadata, 'HEAD'));
  const index = await lstatIfThere(join(metadata, 'index'));
  return head?.trim() === hash && index !== undefined && (await listNames(path)).length > 0;
}

/** A file in git's metadata of a worktree, written when the checkout is complete; it has the settings of the checkout. */
const completeFile = 'git-sync-complete';

async function settingsText({ submodules, sparseCheckoutFile, withLfs }: WorktreeOptions): Promise<string> {
  const sparse = sparseCheckoutFile === undefined ? '' : await readFile(sparseCheckoutFile, 'utf8');
  return `submodules ${submodules}\n${withLfs ? '' : 'pointers of Git LFS\n'}${sparse}`;
}

async function isComplete(tree: Tree, options: WorktreeOptions): Promise<boolean> {
  const metadata = await findMetadata(tree.path);
  if (metadata === undefined || !(await isWhole(tree))) return false;
  return (await readFileIfThere(join(metadata, completeFile))) === (await settingsText(options));
}

/** Whether a checkout has the current settings. Those of upstream are known only by their sparse file. */
export async function hasCurrentSettings(tree: Tree, options: WorktreeOptions): Promise<boolean> {
  const metadata = (await findMetadata(tree.path)) ?? '';
  if ((await readFileIfThere(join(metadata, completeFile))) !== undefined) return isComplete(tree, options);
  const { sparseCheckoutFile } = options;
  const wanted = sparseCheckoutFile === undefined ? undefined : await readFile(sparseCheckoutFile, 'utf8');
  return (await readFileIfThere(join(metadata, 'info', 'sparse-checkout'))) === wanted;
}

/** Find git's metadata of a worktree, by the worktree's `.git` file. */
async function findMetadata(path: string): Promise<string | undefined> {
  const text = await readFileIfThere(join(path, '.git')).catch(() => undefined);
  const target = /^gitdir: (.+)\n?$/.exec(text ?? '')?.[1];
  if (target === undefined) return undefined;
  return isAbsolute(target) ? target : resolve(path, target);
}
