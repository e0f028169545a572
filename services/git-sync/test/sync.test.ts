import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { describe, expect, test } from 'vitest';
import { Remote } from './fixtures/remote.ts';
import { expectDone, publishedHash, read, runGitSync, startGitSync } from './fixtures/run.ts';

const once = (remote: Remote, root: string, ...more: string[]) =>
  runGitSync([`--repo=${remote.path}`, '--ref=main', `--root=${root}`, '--link=current', '--one-time', ...more]);

describe('layout', () => {
  test('publishes a relative link to a worktree named by its hash, whose .git is relative too', async () => {
    const remote = await Remote.create();
    const root = tempDir();
    expectDone(await once(remote, root));
    expect(readlinkSync(join(root, 'current'))).toBe(`.worktrees/${remote.head()}`);
    expect(read(root, 'current', 'index.html')).toBe('one\n');
    expect(read(root, 'current', '.git')).toBe(`gitdir: ../../.git/worktrees/${remote.head()}\n`);
  });

  test('names the link after the repository by default', async () => {
    const remote = await Remote.create();
    const root = tempDir();
    await runGitSync([`--repo=${remote.path}/`, '--ref=main', `--root=${root}`, '--one-time']);
    expect(publishedHash(join(root, 'site.git'))).toBe(remote.head());
  });

  test('publishes at an absolute link outside the root, making its directories', async () => {
    const remote = await Remote.create();
    const root = tempDir();
    const other = tempDir();
    const link = join(other, 'deep', 'er', 'site');
    await once(remote, root, `--link=${link}`);
    expect(read(link, 'index.html')).toBe('one\n');
  });
});

describe('refs', () => {
  test('follows an annotated tag to its commit', async () => {
    const remote = await Remote.create();
    remote.git('tag', '-a', 'v1', '-m', 'one');
    const tagged = remote.head();
    remote.commit({ 'index.html': 'two\n' });
    const root = tempDir();
    await once(remote, root, '--ref=v1');
    expect(publishedHash(join(root, 'current'))).toBe(tagged);
  });

  test('syncs a full hash that is not the tip of a branch', async () => {
    const remote = await Remote.create();
    const first = remote.head();
    remote.commit({ 'index.html': 'two\n' });
    const root = tempDir();
    expectDone(await once(remote, root, `--ref=${first}`));
    expect(publishedHash(join(root, 'current'))).toBe(first);
  });

  test('resolves a name that a branch and a tag share as git does', async () => {
    const remote = await Remote.create();
    remote.git('tag', 'both');
    const tagged = remote.head();
    remote.git('branch', 'feature/both');
    remote.commit({ 'index.html': 'two\n' });
    remote.git('branch', 'both');
    const root = tempDir();
    const service = startGitSync([
      `--repo=${remote.path}`,
      '--ref=both',
      `--root=${root}`,
      '--link=current',
      '--period=20ms',
      '-v=5',
    ]);
    await waitFor('two fetches', () => service.logs().filter((line) => String(line.cmd).includes('fetch')).length > 2);
    expect(publishedHash(join(root, 'current'))).toBe(tagged);
    expect(service.logs().filter((line) => line.msg === 'update required')).toHaveLength(1);
  });

  test('follows a branch forwards, and backwards after a forced push', async () => {
    const remote = await Remote.create();
    const first = remote.head();
    const root = tempDir();
    startGitSync([`--repo=${remote.path}`, '--ref=main', `--root=${root}`, '--link=current', '--period=50ms']);
    const at = (hash: string) => waitFor(`the link at ${hash}`, () => publishedHash(join(root, 'current')) === hash);
    await at(first);
    const second = remote.commit({ 'index.html': 'two\n' });
    await at(second);
    remote.git('reset', '-q', '--hard', first);
    await at(first);
    await waitFor('the stale worktree to go', () => readdirSync(join(root, '.worktrees')).length === 1);
  });

  test('switches branches on an existing root', async () => {
    const remote = await Remote.create();
    const root = tempDir();
    await once(remote, root);
    remote.git('checkout', '-q', '-b', 'next');
    const next = remote.commit({ 'index.html': 'next\n' });
    await once(remote, root, '--ref=next');
    expect(publishedHash(join(root, 'current'))).toBe(next);
  });

  test("writes git's message to the error file when the ref does not exist", async () => {
    const remote = await Remote.create();
    const root = tempDir();
    const { code } = await once(remote, root, '--ref=nope', '--error-file=error.json');
    expect(code).toBe(1);
    const error = JSON.parse(read(root, 'error.json')) as { Msg: string; Err: string; Args: object };
    expect(Object.keys(error)).toEqual(['Msg', 'Err', 'Args']);
    expect(error.Err).toContain("couldn't find remote ref nope");
    await once(remote, root, '--error-file=error.json');
    expect(existsSync(join(root, 'error.json'))).toBe(false);
  });
});
