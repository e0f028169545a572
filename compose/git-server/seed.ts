import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Make the bare repository `path` with one commit on `main` of the files in `folder`, unless it is there already.
 * It appears by a rename, so that a start that was cut off leaves nothing half made.
 */
export function seedRepository(path: string, folder: string | undefined): void {
  if (existsSync(path)) return;
  const work = mkdtempSync(join(tmpdir(), 'seed-'));
  const partial = `${path}.${process.pid}.partial`;
  const author = ['-c', 'user.name=podkit', '-c', 'user.email=podkit@localhost'];
  const git = (...args: string[]) => execFileSync('git', [...author, ...args], { cwd: work, stdio: 'pipe' });
  if (folder !== undefined) cpSync(folder, work, { recursive: true });
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('commit', '--quiet', '--allow-empty', '--message=Begin the site');
  git('clone', '--quiet', '--bare', '.', partial);
  renameSync(partial, path);
  rmSync(work, { recursive: true, force: true });
}
