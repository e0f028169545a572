import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@podkit/chassis/testing/free-port';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { expect, test } from 'vitest';
import { Remote } from './fixtures/remote.ts';
import { expectDone, publishedHash, read, runGitSync, startGitSync } from './fixtures/run.ts';

const args = (remote: Remote, root: string) => [`--repo=${remote.path}`, '--ref=main', `--root=${root}`, '--link=x'];
const once = (remote: Remote, root: string, ...more: string[]) =>
  runGitSync([...args(remote, root), '--one-time', ...more]);

test('a default link that would be the repository itself is refused, and nothing is touched', async () => {
  const remote = await Remote.create();
  const root = tempDir();
  const { code, text } = await runGitSync([`--repo=${remote.path}/.git`, `--root=${root}`, '--one-time']);
  expect([code, text]).toEqual([1, expect.stringContaining('--link (by default the last part of --repo)')]);
  expect(readdirSync(root)).toEqual([]);
});

test('a rollback publishes the tree that is still kept, and does not delete it under its reader', async () => {
  const remote = await Remote.create();
  const root = tempDir();
  const first = remote.head();
  const keep = '--stale-worktree-timeout=1h';
  expectDone(await once(remote, root, keep));
  const { ino } = lstatSync(join(root, '.worktrees', first, 'index.html'));
  remote.commit({ 'index.html': 'two\n' });
  expectDone(await once(remote, root, keep));
  remote.git('reset', '-q', '--hard', first);
  expectDone(await once(remote, root, keep));
  expect(publishedHash(join(root, 'x'))).toBe(first);
  expect(lstatSync(join(root, 'x', 'index.html')).ino).toBe(ino);
});

test('a changed or removed sparse file takes effect at the next start', async () => {
  const remote = await Remote.create({ 'a.txt': 'a', 'b/b.txt': 'b' });
  const root = tempDir();
  const patterns = join(tempDir(), 'patterns');
  const sparse = `--sparse-checkout-file=${patterns}`;
  const names = () => readdirSync(join(root, 'x')).toSorted((one, other) => one.localeCompare(other));
  writeFileSync(patterns, '/a.txt\n');
  expectDone(await once(remote, root, sparse));
  expect(names()).toEqual(['.git', 'a.txt']);
  writeFileSync(patterns, '/b/b.txt\n');
  expectDone(await once(remote, root, sparse));
  expect(names()).toEqual(['.git', 'b']);
  expectDone(await once(remote, root));
  expect(names()).toEqual(['.git', 'a.txt', 'b']);
});

test('link to copy and back needs no --wipe-root and leaves nothing behind', async () => {
  const remote = await Remote.create();
  const root = tempDir();
  for (const publish of ['link', 'copy', 'link', 'copy']) {
    const next = remote.commit({ 'index.html': `${publish}\n` });
    expectDone(await once(remote, root, `--publish=${publish}`));
    expect(lstatSync(join(root, 'x')).isSymbolicLink()).toBe(publish === 'link');
    expect([next !== '', read(root, 'x', 'index.html')]).toEqual([true, `${publish}\n`]);
    expect(readdirSync(root).toSorted((one, other) => one.localeCompare(other))).toEqual(['.git', '.worktrees', 'x']);
  }
});

test('what git-sync itself leaves in the root does not make it foreign', async () => {
  const remote = await Remote.create();
  const root = tempDir();
  mkdirSync(join(root, '.git-sync-private-abc'));
  writeFileSync(join(root, 'error.json.0f6e.tmp'), '');
  symlinkSync('nowhere', join(root, '.x.git-sync-0f6e'));
  expectDone(await once(remote, root, '--error-file=error.json'));
  expect(publishedHash(join(root, 'x'))).toBe(remote.head());
});

test('a dangling link among the worktrees is removed as any other leftover', async () => {
  const remote = await Remote.create();
  const root = tempDir();
  expectDone(await once(remote, root));
  const [dangling, free] = ['0', '1'].map((digit) => join(root, '.worktrees', digit.repeat(40)));
  symlinkSync('nowhere', dangling ?? '');
  mkdirSync(free ?? '');
  expectDone(await once(remote, root));
  expect(readdirSync(join(root, '.worktrees'))).toEqual([remote.head()]);
});

test('one root written in two ways is refused', async () => {
  const remote = await Remote.create();
  const root = tempDir();
  const other = tempDir();
  const file = join(tempDir(), 'repositories.yaml');
  symlinkSync(root, join(other, 'alias'));
  const entry = (name: string, at: string) => `- {name: ${name}, repo: ${remote.path}, root: ${at}, link: ${name}}\n`;
  writeFileSync(file, `repositories:\n${entry('one', root)}${entry('two', join(other, 'alias'))}`);
  const { code, text } = await runGitSync([`--config-file=${file}`, '--one-time']);
  expect([code, text]).toEqual([1, expect.stringContaining('two repositories have the same root')]);
});

test('a touch file that cannot be written is logged, and one that is a pipe does not block', async () => {
  const remote = await Remote.create();
  const pipe = join(tempDir(), 'pipe');
  execFileSync('mkfifo', [pipe]);
  expectDone(await once(remote, tempDir(), `--touch-file=${pipe}`));
  const { code, text } = await once(remote, tempDir(), '--touch-file=/proc/no/such');
  expect([code, text]).toEqual([0, expect.stringContaining('cannot touch --touch-file')]);
});

test.runIf(process.getuid?.() === 0)(
  'a tree that cannot be removed is counted and logged once, and prevents neither the removal of others nor gc',
  async () => {
    const remote = await Remote.create();
    const root = tempDir();
    const port = await freePort();
    const stuck = join(root, '.worktrees', '1'.repeat(40));
    const free = join(root, '.worktrees', '2'.repeat(40));
    expectDone(await once(remote, root));
    for (const path of [stuck, free]) mkdirSync(path);
    writeFileSync(join(stuck, 'file'), '');
    // What is a mount point can't be removed, not even by root.
    execFileSync('mount', ['--bind', stuck, stuck]);
    try {
      const http = [`--http-bind=127.0.0.1:${port}`, '--http-metrics'];
      const service = startGitSync([...args(remote, root), ...http, '--period=20ms', '-v=5']);
      const ran = (command: string) => service.logs().filter((line) => String(line.cmd).includes(command)).length;
      await waitFor('several passes', () => ran('git fetch') > 4);
      expect([existsSync(stuck), existsSync(free), ran('git gc')]).toEqual([true, false, 1]);
      expect(service.logs().filter((line) => String(line.msg).includes('cannot remove'))).toHaveLength(1);
      const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      expect(metrics).toMatch(/^git_sync_cleanup_error_count_total ([2-9]|\d\d)/m);
      await service.stop();
    } finally {
      execFileSync('umount', [stuck]);
    }
  },
);
