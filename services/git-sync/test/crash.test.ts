import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { expect, test } from 'vitest';
import { Remote } from './fixtures/remote.ts';
import { expectDone, publishedHash, read, runGitSync, spawnGitSync, startGitSync } from './fixtures/run.ts';

const crashing = join(import.meta.dirname, 'fixtures', 'crashing-main.ts');
const files = { 'a.txt': 'a1', 'b/c.txt': 'c1' };

async function steps(args: string[], crashAt: number): Promise<string[]> {
  const { text } = await spawnGitSync(args, { main: crashing, env: { CRASH_AT: String(crashAt) } });
  return text.split('\n').filter((line) => line.startsWith('step '));
}

/** The published tree is one commit as a whole, never a mixture or a part. */
function expectWhole(root: string, versions: Record<string, string>): void {
  if (!existsSync(join(root, 'current'))) return;
  const version = versions[publishedHash(join(root, 'current'))] ?? 'unknown';
  expect([read(root, 'current', 'a.txt'), read(root, 'current', 'b', 'c.txt')]).toEqual([`a${version}`, `c${version}`]);
}

test('survives kill -9 between any two steps of the first pass and of an update', { timeout: 600_000 }, async () => {
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
  const [making, updating] = [await steps(argsFor(whole, 'old'), 0), await steps(argsFor(whole, 'main'), 0)];
  expect(making.length).toBeGreaterThan(15);
  expect(updating.length).toBeGreaterThan(15);

  const sweep = async (before: string | undefined, ref: string, crashAt: number) => {
    const root = tempDir();
    if (before !== undefined) await runGitSync(argsFor(root, before));
    const run = await spawnGitSync(argsFor(root, ref), { main: crashing, env: { CRASH_AT: String(crashAt) } });
    expect(run.code, `it ended at step ${crashAt}`).toBe(null);
    expectWhole(root, versions);
    expectDone(await runGitSync(argsFor(root, ref)));
    expect(publishedHash(join(root, 'current'))).toBe(ref === 'old' ? first : second);
    expectWhole(root, versions);
    const left = readdirSync(root).filter((name) => !['.git', '.worktrees', 'current'].includes(name));
    expect(left, `after a crash at step ${crashAt}`).toEqual([]);
    expect(readlinkSync(join(root, 'current'))).toMatch(/^\.worktrees\/[0-9a-f]{40}$/);
  };
  const stride = Number(process.env.CRASH_STRIDE ?? 5);
  const points = (count: number) => Array.from({ length: Math.ceil(count / stride) }, (_, at) => at * stride + 1);
  for (const crashAt of points(making.length)) await sweep(undefined, 'old', crashAt);
  for (const crashAt of points(updating.length)) await sweep('old', 'main', crashAt);
});

test('survives kill -9 at any moment of a run that syncs without pause', { timeout: 600_000 }, async () => {
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
