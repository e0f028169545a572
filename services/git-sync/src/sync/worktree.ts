import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { PodkitError } from '@podkit/chassis/errors';
import { writeFileAtomic } from '@podkit/chassis/files/atomic-file';
import type { Git } from '../git/git.ts';
import { lstatIfThere, namesIn, readFileIfThere, removeTree } from './files.ts';
import type { Layout } from './layout.ts';

/** A checkout of one commit. */
export type Tree = { hash: string; path: string };

export type WorktreeOptions = {
  layout: Layout;
  git: Git;
  submodules: 'recursive' | 'shallow' | 'off';
  depth: number;
  sparseCheckoutFile: string | undefined;
};

/**
 * Make a whole checkout of a commit that was fetched, or take the one that is still kept: its readers, if there are any,
 * keep it too. Nothing that is published is touched: where the published tree
 * has the same hash and is damaged, the new one gets a directory beside it.
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
  // Twice: a worktree whose making was cut short is still registered, and locked.
  const flags = ['--force', '--force', '--detach', '--no-checkout'];
  await git.run(['worktree', 'add', ...flags, path, hash], { cwd: layout.root, signal });
  const metadata = await findMetadata(path);
  if (metadata === undefined) throw new PodkitError('ERR_WORKTREE', `${path}: git made no worktree there`);
  // Relative, so that consumers that mount the volume elsewhere can use git in it.
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

/** Whether a checkout is there and at its hash, as far as a few small files tell; no process is started. */
export async function isWhole({ hash, path }: Tree): Promise<boolean> {
  const metadata = await findMetadata(path);
  if (metadata === undefined) return false;
  const head = await readFileIfThere(join(metadata, 'HEAD'));
  const index = await lstatIfThere(join(metadata, 'index'));
  return head?.trim() === hash && index !== undefined && (await namesIn(path)).length > 0;
}

/** Beside what git keeps of a worktree: there once the checkout is complete, with the settings it was made with. */
const completeFile = 'git-sync-complete';

async function settingsText({ submodules, sparseCheckoutFile }: WorktreeOptions): Promise<string> {
  const sparse = sparseCheckoutFile === undefined ? '' : await readFile(sparseCheckoutFile, 'utf8');
  return `submodules ${submodules}\n${sparse}`;
}

async function isComplete(tree: Tree, options: WorktreeOptions): Promise<boolean> {
  const metadata = await findMetadata(tree.path);
  if (metadata === undefined || !(await isWhole(tree))) return false;
  return (await readFileIfThere(join(metadata, completeFile))) === (await settingsText(options));
}

/** Whether a checkout is what the settings ask for; one of upstream's or of an older git-sync is known by its sparse file. */
export async function fits(tree: Tree, options: WorktreeOptions): Promise<boolean> {
  const metadata = (await findMetadata(tree.path)) ?? '';
  if ((await readFileIfThere(join(metadata, completeFile))) !== undefined) return isComplete(tree, options);
  const { sparseCheckoutFile } = options;
  const wanted = sparseCheckoutFile === undefined ? undefined : await readFile(sparseCheckoutFile, 'utf8');
  return (await readFileIfThere(join(metadata, 'info', 'sparse-checkout'))) === wanted;
}

/** Where git keeps what it knows of a worktree, from the worktree's `.git` file. */
async function findMetadata(path: string): Promise<string | undefined> {
  const text = await readFileIfThere(join(path, '.git')).catch(() => undefined);
  const target = /^gitdir: (.+)\n?$/.exec(text ?? '')?.[1];
  if (target === undefined) return undefined;
  return isAbsolute(target) ? target : resolve(path, target);
}
