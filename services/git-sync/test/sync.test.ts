import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { describe, expect, it } from 'vitest';
import { gitIn, Remote } from './fixtures/remote.ts';
import { expectDone, publishedHash, read, runGitSync, spawnGitSync, startGitSync } from './fixtures/run.ts';

const count = (root: string) => Number(gitIn(root, 'rev-list', '--count', 'HEAD'));
const once = (remote: Remote, root: string, ...more: string[]) =>
  runGitSync([`--repo=${remote.path}`, '--ref=main', `--root=${root}`, '--link=current', '--one-time', ...more]);

describe('layout', () => {
  it('publishes a relative link to a worktree named by its hash, whose .git is relative too', async () => {
    const remote = await Remote.create();
    const root = tempDir();
    expectDone(await once(remote, root));
    expect(readlinkSync(join(root, 'current'))).toBe(`.worktrees/${remote.head()}`);
    expect(read(root, 'current', 'index.html')).toBe('one\n');
    expect(read(root, 'current', '.git')).toBe(`gitdir: ../../.git/worktrees/${remote.head()}\n`);
  });

  it('names the link after the repository by default', async () => {
    const remote = await Remote.create();
    const root = tempDir();
    await runGitSync([`--repo=${remote.path}/`, '--ref=main', `--root=${root}`, '--one-time']);
    expect(publishedHash(join(root, 'site.git'))).toBe(remote.head());
  });

  it('publishes at an absolute link outside the root, making its directories', async () => {
    const remote = await Remote.create();
    const [root, other] = [tempDir(), tempDir()];
    const link = join(other, 'deep', 'er', 'site');
    await once(remote, root, `--link=${link}`);
    expect(read(link, 'index.html')).toBe('one\n');
  });
});

describe('refs', () => {
  it('follows an annotated tag to its commit', async () => {
    const remote = await Remote.create();
    remote.git('tag', '-a', 'v1', '-m', 'one');
    const tagged = remote.head();
    remote.commit({ 'index.html': 'two\n' });
    const root = tempDir();
    await once(remote, root, '--ref=v1');
    expect(publishedHash(join(root, 'current'))).toBe(tagged);
  });

  it('syncs a full hash that is not the tip of a branch', async () => {
    const remote = await Remote.create();
    const first = remote.head();
    remote.commit({ 'index.html': 'two\n' });
    const root = tempDir();
    expectDone(await once(remote, root, `--ref=${first}`));
    expect(publishedHash(join(root, 'current'))).toBe(first);
  });

  it('takes the name that git would take where a branch and a tag share one', async () => {
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
    await waitFor(
      'two looks at the remote',
      () => service.logs().filter((line) => String(line.cmd).includes('ls-remote')).length > 2,
    );
    expect(publishedHash(join(root, 'current'))).toBe(tagged);
    expect(service.logs().filter((line) => line.msg === 'update required')).toHaveLength(1);
  });

  it('follows a branch forwards, and backwards after a forced push', async () => {
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

  it('switches branches on an existing root', async () => {
    const remote = await Remote.create();
    const root = tempDir();
    await once(remote, root);
    remote.git('checkout', '-q', '-b', 'next');
    const next = remote.commit({ 'index.html': 'next\n' });
    await once(remote, root, '--ref=next');
    expect(publishedHash(join(root, 'current'))).toBe(next);
  });

  it('puts the words of git into the error file when the ref does not exist', async () => {
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

describe('history and parts', () => {
  it('keeps --depth commits, and all of them once it is 0', async () => {
    const remote = await Remote.create();
    for (const text of ['2', '3', '4']) remote.commit({ 'index.html': text });
    const root = tempDir();
    const url = `--repo=file://${remote.path}`;
    await once(remote, root, url);
    expect(count(join(root, 'current'))).toBe(1);
    await once(remote, root, url, '--depth=2');
    expect(count(join(root, 'current'))).toBe(2);
    await once(remote, root, url, '--depth=0');
    expect(count(join(root, 'current'))).toBe(4);
  });

  it('fetches only what a partial clone filter lets through', async () => {
    const remote = await Remote.create({ 'a.txt': 'a', 'big/b.txt': 'b'.repeat(5000) });
    const [root, patterns] = [tempDir(), join(tempDir(), 'patterns')];
    writeFileSync(patterns, '/a.txt\n');
    expectDone(
      await once(
        remote,
        root,
        `--repo=file://${remote.path}`,
        '--filter=blob:none',
        `--sparse-checkout-file=${patterns}`,
      ),
    );
    expect(readdirSync(join(root, 'current')).sort()).toEqual(['.git', 'a.txt']);
    const missing = gitIn(join(root, 'current'), 'rev-list', '--objects', '--missing=print', 'HEAD');
    expect(missing.split('\n').filter((line) => line.startsWith('?'))).toHaveLength(1);
  });

  it('checks out submodules of all levels, the first, or none, with addresses relative to the repository', async () => {
    const [top, middle, leaf] = [await Remote.create(), await Remote.create(), await Remote.create({ leaf: 'x' })];
    const file = ['-c', 'protocol.file.allow=always'];
    middle.git(...file, 'submodule', '--quiet', 'add', leaf.path, 'leaf');
    middle.commit({});
    top.git(...file, 'submodule', '--quiet', 'add', `../../${middle.path.split('/').slice(-2).join('/')}`, 'middle');
    top.commit({});
    const allow = '--git-config=protocol.file.allow:always';
    for (const [mode, has] of [
      ['recursive', [true, true]],
      ['shallow', [true, false]],
      ['off', [false, false]],
    ] as const) {
      const root = tempDir();
      expectDone(await once(top, root, allow, `--submodules=${mode}`));
      const files = ['middle/index.html', 'middle/leaf/leaf'].map((name) => existsSync(join(root, 'current', name)));
      expect([mode, ...files]).toEqual([mode, ...has]);
    }
  });

  it('makes files group-writable on request', async () => {
    const remote = await Remote.create();
    const root = tempDir();
    const args = [`--repo=${remote.path}`, '--ref=main', `--root=${root}`, '--link=current', '--one-time'];
    await spawnGitSync([...args, '--group-write']);
    expect(statSync(join(root, 'current', 'index.html')).mode & 0o777).toBe(0o664);
  });

  it('keeps superseded worktrees for --stale-worktree-timeout', async () => {
    const remote = await Remote.create();
    const root = tempDir();
    await once(remote, root);
    remote.commit({ 'index.html': 'two\n' });
    await once(remote, root, '--stale-worktree-timeout=1h');
    expect(readdirSync(join(root, '.worktrees'))).toHaveLength(2);
    await once(remote, root);
    expect(readdirSync(join(root, '.worktrees'))).toHaveLength(1);
  });
});

describe('roots of other versions', () => {
  it('takes a root of version 3 over, and removes its worktree once the link has left it', async () => {
    const remote = await Remote.create();
    const root = tempDir();
    gitIn(root, 'clone', '-q', '--no-checkout', remote.path, '.');
    const hash = remote.head();
    gitIn(root, 'worktree', 'add', '-q', '--detach', join(root, `rev-${hash}`), hash);
    symlinkSync(`rev-${hash}`, join(root, 'current'));
    expectDone(await once(remote, root));
    expect(readlinkSync(join(root, 'current'))).toBe(`.worktrees/${hash}`);
    expect(existsSync(join(root, `rev-${hash}`))).toBe(false);
  });

  it('leaves a published tree of version 4 alone when it is what the remote has', async () => {
    const remote = await Remote.create();
    const root = tempDir();
    await once(remote, root);
    const before = lstatSync(join(root, 'current')).ino;
    const { logs } = await once(remote, root);
    expect(lstatSync(join(root, 'current')).ino).toBe(before);
    expect(logs.some((line) => line.msg === 'update required')).toBe(false);
  });
});

describe('publishing a plain directory', () => {
  it('makes the directory equal to the tree, without links and without .git', async () => {
    const remote = await Remote.create({ 'a/b.txt': 'b', 'c.txt': 'c' });
    const root = tempDir();
    await once(remote, root, '--publish=copy');
    expect(statSync(join(root, 'current')).isDirectory()).toBe(true);
    remote.git('rm', '-q', 'a/b.txt');
    remote.commit({ a: 'now a file', 'd/e': 'new' });
    await once(remote, root, '--publish=copy');
    expect(readdirSync(join(root, 'current'), { recursive: true }).map(String).sort()).toEqual([
      'a',
      'c.txt',
      'd',
      'd/e',
    ]);
    expect(read(root, 'current', 'a')).toBe('now a file');
  });

  it('does not delete files of others from the directory', async () => {
    const remote = await Remote.create();
    const root = tempDir();
    mkdirSync(join(root, 'current'));
    writeFileSync(join(root, 'current', 'mine.txt'), 'mine');
    const { code, text } = await once(remote, root, '--publish=copy');
    expect(code).toBe(1);
    expect(text).toContain('--wipe-root');
    expect(read(root, 'current', 'mine.txt')).toBe('mine');
  });
});

it('syncs 5,000 files, and names in any encoding, and removes them again', async () => {
  const remote = await Remote.create();
  mkdirSync(join(remote.path, 'many'));
  for (let n = 0; n < 5_000; n += 1) writeFileSync(join(remote.path, 'many', `${n}.txt`), `${n}\n`);
  writeFileSync(Buffer.concat([Buffer.from(`${remote.path}/latin1-`), Buffer.from([0xe9, 0xff])]), 'x');
  remote.commit({});
  const root = tempDir();
  expectDone(await once(remote, root));
  expect(readdirSync(join(root, 'current', 'many')).length).toBe(5_000);
  remote.git('rm', '-rq', 'many');
  remote.git('commit', '-qm', 'gone');
  await once(remote, root);
  expect(readdirSync(join(root, '.worktrees'))).toEqual([remote.head()]);
});
