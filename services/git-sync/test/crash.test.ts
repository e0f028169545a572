import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { deadline } from '@podkit/chassis/testing/deadline';
import { isRunning } from '@podkit/chassis/testing/is-running';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { expect, test } from 'vitest';
import { Remote } from './fixtures/remote.ts';
import { expectDone, publishedHash, read, runGitSync, spawnGitSync, startGitSync } from './fixtures/run.ts';
import { gitAfter } from './fixtures/script.ts';

const preload = join(import.meta.dirname, 'fixtures', 'kill-at.ts');
const files = { 'a.txt': 'a1', 'b/c.txt': 'c1' };

/** Run git-sync until it ends, by SIGKILL at a step of it; at 0 it runs to its end. */
const runUntil = (step: number, args: string[]) =>
  spawnGitSync(args, { env: { NODE_OPTIONS: `--import=${preload}`, KILL_AT: String(step) } });

async function countSteps(args: string[]): Promise<number> {
  const run = await runUntil(0, args);
  expectDone(run);
  return Number(/^steps (\d+)$/m.exec(run.text)?.[1]);
}

/** The published tree is one commit as a whole, never a mixture or a part. */
function expectWhole(root: string, versions: Record<string, string>): void {
  if (!existsSync(join(root, 'current'))) return;
  const version = versions[publishedHash(join(root, 'current'))] ?? 'unknown';
  expect([read(root, 'current', 'a.txt'), read(root, 'current', 'b', 'c.txt')]).toEqual([`a${version}`, `c${version}`]);
}

test('survives kill -9 at any step of the first pass and of an update', { timeout: deadline(600_000) }, async () => {
  const remote = await Remote.create(files);
  const first = remote.head();
  const second = remote.commit({ 'a.txt': 'a2', 'b/c.txt': 'c2' });
  const versions = { [first]: '1', [second]: '2' };
  const argsFor = (root: string, ref: string) => [
    `--repo=file://${remote.path}`,
    `--ref=${ref}`,
    `--root=${root}`,
    '--link=current',
    '--one-time',
  ];
  remote.git('branch', 'old', first);

  const whole = tempDir();
  const making = await countSteps(argsFor(whole, 'old'));
  const updating = await countSteps(argsFor(whole, 'main'));
  expect(making).toBeGreaterThan(30);
  expect(updating).toBeGreaterThan(30);

  const sweep = async (before: string | undefined, ref: string, step: number) => {
    const root = tempDir();
    if (before !== undefined) await runGitSync(argsFor(root, before));
    const run = await runUntil(step, argsFor(root, ref));
    if (run.code !== null) throw new Error(`it was not killed at step ${step}:\n${run.text}`);
    expectWhole(root, versions);
    expectDone(await runGitSync(argsFor(root, ref)));
    expect(publishedHash(join(root, 'current'))).toBe(ref === 'old' ? first : second);
    expectWhole(root, versions);
    const left = readdirSync(root).filter((name) => !['.git', '.worktrees', 'current'].includes(name));
    expect({ step, left }).toEqual({ step, left: [] });
    expect(readlinkSync(join(root, 'current'))).toMatch(/^\.worktrees\/[0-9a-f]{40}$/);
  };
  const stride = Number(process.env.CRASH_STRIDE ?? 8);
  const points = (count: number) => Array.from({ length: Math.ceil(count / stride) }, (_, at) => at * stride + 1);
  for (const step of points(making)) await sweep(undefined, 'old', step);
  for (const step of points(updating)) await sweep('old', 'main', step);
});

test('survives kill -9 at any moment of a run that syncs without pause', { timeout: deadline(600_000) }, async () => {
  const remote = await Remote.create(files);
  const root = tempDir();
  const versions: Record<string, string> = { [remote.head()]: '1' };
  const args = [`--repo=file://${remote.path}`, '--ref=main', `--root=${root}`, '--link=current', '--period=10ms'];
  const rounds = Number(process.env.CRASH_RANDOM ?? 6);
  for (let round = 2; round < rounds + 2; round += 1) {
    const service = startGitSync(args);
    await waitFor('a start', () => service.logs().some((line) => line.msg === 'starting up'), { timeout: 60_000 });
    versions[remote.commit({ 'a.txt': `a${round}`, 'b/c.txt': `c${round}` })] = String(round);
    // Another moment in every round, spread over start, recovery, fetch, checkout and publishing.
    await sleep((round * 37) % 150);
    await service.stop('SIGKILL');
    expectWhole(root, versions);
  }
  expectDone(await runGitSync([...args, '--one-time']));
  expect(publishedHash(join(root, 'current'))).toBe(remote.head());
  expectWhole(root, versions);
});

test('ends the gits of a process that was killed before it uses the repository', async () => {
  const remote = await Remote.create(files);
  const root = tempDir();
  const mark = join(tempDir(), 'mark');
  const args = [`--repo=file://${remote.path}`, '--ref=main', `--root=${root}`, '--link=current', '--one-time'];
  const git = gitAfter(`if [ "$1" = reset ]; then echo $$ > ${mark}; exec sleep 300; fi`);
  const service = startGitSync([...args, `--git=${git}`]);
  const orphan = await waitFor('the checkout', () => existsSync(mark) && read(mark));
  await service.stop('SIGKILL');
  const next = await runGitSync(args);
  expectDone(next);
  expect(next.logs).toContainEqual(expect.objectContaining({ msg: 'killed the processes of an earlier git-sync' }));
  expect(isRunning(orphan)).toBe(false);
});
