import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../packages/chassis/testing/free-port.ts';

/*
 * git-sync's first pass and its unchanged pass, each as a ratio to plain git doing the same in the same run, and its
 * idle memory. Usage: node bench/git-sync/passes.ts [files] [rounds]
 */
const [files = 5000, rounds = 5] = process.argv.slice(2).map(Number);
const main = join(import.meta.dirname, '..', '..', 'services', 'git-sync', 'src', 'main.ts');
const folder = mkdtempSync(join(tmpdir(), 'podkit-bench-git-sync-'));
const remote = join(folder, 'remote');
const identity = ['-c', 'user.name=bench', '-c', 'user.email=bench@example.org'];
const git = (cwd: string, ...args: string[]) =>
  execFileSync('git', args, { cwd, stdio: 'pipe', encoding: 'utf8' }).trim();

try {
  makeRemote();
  const first: [ours: number, plain: number][] = [];
  const idle: [ours: number, plain: number][] = [];
  let memory = 0;
  for (let round = 0; round < rounds; round += 1) {
    const plain = timePlain(round);
    const ours = await timeOurs(round);
    first.push([ours.first, plain.first]);
    idle.push([ours.idle, plain.idle]);
    memory = Math.max(memory, ours.memory);
  }
  report('first pass (init, fetch, worktree, reset)', first);
  report('unchanged pass, against an unchanged `git fetch`', idle);
  console.log(`idle memory, sources run directly: ${Math.round(memory / 1024)} MiB RSS`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function makeRemote(): void {
  mkdirSync(remote);
  git(remote, 'init', '-q', '-b', 'main');
  for (let n = 0; n < files; n += 1) {
    if (n % 100 === 0) mkdirSync(join(remote, String(n / 100)));
    writeFileSync(join(remote, String(Math.floor(n / 100)), `${n}.txt`), `${n}\n`.repeat(200));
  }
  git(remote, 'add', '-A');
  git(remote, ...identity, 'commit', '-q', '-m', 'one');
}

function timePlain(round: number): { first: number; idle: number } {
  const root = join(folder, `plain-${round}`);
  mkdirSync(root);
  const began = performance.now();
  git(root, 'init', '-q');
  git(root, 'fetch', '-q', '--depth=1', `file://${remote}`, 'main');
  const hash = git(root, 'rev-parse', 'FETCH_HEAD');
  git(root, 'worktree', 'add', '-q', '--detach', '--no-checkout', join(root, '.worktrees', hash), hash);
  git(join(root, '.worktrees', hash), 'reset', '-q', '--hard', hash);
  const first = performance.now() - began;
  const times = Array.from({ length: 5 }, () => {
    const from = performance.now();
    git(root, 'fetch', '-q', '--depth=1', `file://${remote}`, 'main');
    return performance.now() - from;
  });
  return { first, idle: median(times) };
}

/** The times that git-sync itself reports, so that the start of Node is not counted as work of a pass. */
async function timeOurs(round: number): Promise<{ first: number; idle: number; memory: number }> {
  const root = join(folder, `ours-${round}`);
  const args = [main, `--repo=file://${remote}`, '--ref=main', `--root=${root}`, '--period=50ms'];
  const port = await freePort();
  const child = spawn(process.execPath, [...args, `--http-bind=127.0.0.1:${port}`, '--http-metrics'], {
    stdio: 'ignore',
  });
  try {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      if (child.exitCode !== null) throw new Error(`git-sync ended with ${child.exitCode}`);
      const text = await fetch(`http://127.0.0.1:${port}/metrics`).then(
        (answer) => answer.text(),
        () => '',
      );
      const value = (name: string, status: string) =>
        Number(new RegExp(`${name}\\{status="${status}"\\} (\\S+)`).exec(text)?.[1] ?? 0);
      const count = value('git_sync_duration_seconds_count', 'noop');
      if (count < 10) continue;
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      return {
        first: value('git_sync_duration_seconds_sum', 'success') * 1000,
        idle: (value('git_sync_duration_seconds_sum', 'noop') / count) * 1000,
        memory: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0),
      };
    }
  } finally {
    if (child.exitCode === null) {
      child.kill();
      await once(child, 'exit');
    }
  }
}

function report(what: string, pairs: readonly [ours: number, plain: number][]): void {
  const [ours, plain] = [median(pairs.map(([a]) => a)), median(pairs.map(([, b]) => b))];
  const ratio = median(pairs.map(([a, b]) => a / b));
  console.log(`${what}: ${ours.toFixed(1)} ms, git ${plain.toFixed(1)} ms, ratio ${ratio.toFixed(2)}`);
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
