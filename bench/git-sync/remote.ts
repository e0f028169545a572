import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Run git in a directory. */
export function git(cwd: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd, stdio: 'pipe', encoding: 'utf8' }).trim();
}

const commit = (path: string, message: string) => {
  git(path, 'add', '-A');
  git(path, '-c', 'user.name=bench', '-c', 'user.email=bench@example.org', 'commit', '-q', '-m', message);
};

/** Make a repository with this many files of 1 kB, a hundred per directory. */
export function makeRemote(path: string, files: number): void {
  mkdirSync(path);
  git(path, 'init', '-q', '-b', 'main');
  // Otherwise a commit starts a garbage collection in the background, which disturbs the next measurement.
  git(path, 'config', 'gc.auto', '0');
  for (let n = 0; n < files; n += 1) {
    if (n % 100 === 0) mkdirSync(join(path, String(n / 100)));
    writeFileSync(join(path, String(Math.floor(n / 100)), `${n}.txt`), `${n}\n`.repeat(200));
  }
  commit(path, 'one');
  git(path, 'gc', '-q');
}

/** Add this many refs, packed as a server keeps them. */
export function addRefs(path: string, count: number): void {
  const hash = git(path, 'rev-parse', 'HEAD');
  const input = Array.from({ length: count }, (_, at) => `create refs/heads/more/${at} ${hash}\n`).join('');
  execFileSync('git', ['update-ref', '--stdin'], { cwd: path, input });
  git(path, 'pack-refs', '--all');
}

/** Commit a change of one file. Returns the commit's hash. */
export function change(path: string, text: string): string {
  writeFileSync(join(path, 'changed.txt'), `${text}\n`);
  commit(path, text);
  return git(path, 'rev-parse', 'HEAD');
}
