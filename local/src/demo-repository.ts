import { execFile } from 'node:child_process';
import { cp, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const template = join(import.meta.dirname, '..', 'site');
const author = ['-c', 'user.name=podkit', '-c', 'user.email=podkit@localhost'];

export type DemoRepository = {
  /** The bare repository that git-sync follows. */
  remote: string;
  /** A clone to edit, commit and push in. */
  clone: string;
};

/** Make a bare repository with a small site and a clone of it under `folder`; an existing one is left as it is. */
export async function createDemoRepository(folder: string): Promise<DemoRepository> {
  const remote = join(folder, 'site.git');
  const clone = join(folder, 'site');
  if (await exists(clone)) return { remote, clone };
  await mkdir(folder, { recursive: true });
  await git(folder, 'init', '--quiet', '--bare', '--initial-branch=main', remote);
  await git(folder, 'init', '--quiet', '--initial-branch=main', clone);
  await cp(template, clone, { recursive: true });
  await git(clone, 'remote', 'add', 'origin', remote);
  await git(clone, 'config', 'user.name', 'podkit');
  await git(clone, 'config', 'user.email', 'podkit@localhost');
  await git(clone, 'add', '--all');
  await git(clone, ...author, 'commit', '--quiet', '--message', 'Publish the first page');
  await git(clone, 'push', '--quiet', '--set-upstream', 'origin', 'main');
  return { remote, clone };
}

async function git(cwd: string, ...args: string[]): Promise<void> {
  await run('git', args, { cwd });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
