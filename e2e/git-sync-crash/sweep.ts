import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/*
 * This runs inside the image of git-sync. It kills a first pass and an update with SIGKILL at each step. Afterwards the
 * published tree must be one whole commit, and the next start must publish the newest commit and leave nothing behind.
 * It prints each step that fails, and exits with 1 if one does. CRASH_STRIDE=N tests every Nth step.
 */
const folder = '/w/crash';
const remote = join(folder, 'site');
const root = join(folder, 'root');
const kept = join(folder, 'kept');
const link = 'current';
const stride = Number(process.env.CRASH_STRIDE || 1);
const env = { ...process.env, HOME: '/tmp' };
const git = (...words: string[]) =>
  execFileSync('git', ['-c', 'user.name=you', '-c', 'user.email=you@localhost', ...words], { cwd: remote, env })
    .toString()
    .trim();

function commit(version: string): string {
  mkdirSync(join(remote, 'b'), { recursive: true });
  writeFileSync(join(remote, 'a.txt'), version);
  writeFileSync(join(remote, 'b', 'c.txt'), version);
  git('add', '-A');
  git('commit', '-q', '-m', version);
  return git('rev-parse', 'HEAD');
}

function sync(ref: string, killAt: number) {
  const flags = [`--repo=file://${remote}`, `--ref=${ref}`, `--root=${root}`, `--link=${link}`, '--one-time'];
  const words = ['--import', '/kill-at.ts', '/app/src/main.js', ...flags];
  const options = { env: { ...env, KILL_AT: String(killAt) }, encoding: 'utf8', timeout: 120_000 } as const;
  const run = spawnSync('node', words, options);
  if (run.error !== undefined) throw run.error;
  return run;
}

function countSteps(ref: string): number {
  const { status, stdout, stderr } = sync(ref, 0);
  if (status !== 0) throw new Error(stderr);
  return Number(/^steps (\d+)$/m.exec(stdout)?.[1]);
}

/** Read what is published: its hash, and a problem if there is one. */
function published(): { hash: string; problem?: string } {
  try {
    const hash = basename(readlinkSync(join(root, link)));
    const version = versions.get(hash);
    const found = ['a.txt', 'b/c.txt'].map((name) => readFileSync(join(root, link, name), 'utf8'));
    if (found.every((text) => text === version)) return { hash };
    return { hash, problem: `${version} is published as ${found.join(' and ')}` };
  } catch (error) {
    return { hash: '', problem: error instanceof Error ? error.message : String(error) };
  }
}

mkdirSync(remote, { recursive: true });
git('init', '-q', '-b', 'main');
const old = commit('one');
git('branch', 'old');
const versions = new Map([
  [old, 'one'],
  [commit('two'), 'two'],
]);

const making = countSteps('old');
rmSync(kept, { recursive: true, force: true });
execFileSync('cp', ['-a', root, kept]);
const updating = countSteps('main');

let tried = 0;
let failed = 0;
for (const [ref, steps] of [
  ['old', making],
  ['main', updating],
] as const)
  for (let at = 1; at <= steps; at += stride) {
    execFileSync('rm', ['-rf', root]);
    if (ref === 'main') execFileSync('cp', ['-a', kept, root]);
    tried += 1;
    const problems = checkStep(ref, at);
    if (problems.length === 0) continue;
    failed += 1;
    console.log(`step ${at} of ${ref}: ${problems.join('; ')}`);
  }
console.log(
  `${tried - failed} of ${tried} steps (${making} of a first pass, ${updating} of an update, every ${stride})`,
);
process.exitCode = failed === 0 ? 0 : 1;

function checkStep(ref: string, at: number): string[] {
  const { signal } = sync(ref, at);
  const problems = signal === 'SIGKILL' ? [] : ['it was not killed'];
  if (ref === 'main' || existsSync(join(root, link))) problems.push(published().problem ?? '');
  const { status, stderr } = sync(ref, 0);
  const { hash, problem = '' } = published();
  const wanted = git('rev-parse', ref);
  if (status !== 0 || hash !== wanted) problems.push(`the next start ended with ${status}: ${stderr}`);
  const left = readdirSync(root).filter((name) => !['.git', '.worktrees', link].includes(name));
  if (left.length > 0) problems.push(`left behind: ${left.join(', ')}`);
  return [...problems, problem].filter((text) => text !== '');
}
