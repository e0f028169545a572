import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { describe, expect, test } from 'vitest';
import { gitIn, Remote } from './fixtures/remote.ts';
import { expectDone, publishedHash, read, runGitSync, startGitSync } from './fixtures/run.ts';

const args = (remote: Remote, root: string) => [
  `--repo=${remote.path}`,
  '--ref=main',
  `--root=${root}`,
  '--link=current',
];

async function synced(): Promise<{ remote: Remote; root: string; sync: () => ReturnType<typeof runGitSync> }> {
  const remote = await Remote.create();
  const root = tempDir();
  const sync = () => runGitSync([...args(remote, root), '--one-time']);
  await sync();
  return { remote, root, sync };
}

describe('a root that a crash or a stranger left in a bad state recovers by itself', () => {
  const damages: [string, (root: string, hash: string) => void][] = [
    ['a stale temporary link of upstream', (root) => symlinkSync('.worktrees/x', join(root, 'tmp-link'))],
    ['an index.lock in the published worktree', (root, hash) => put(root, `.git/worktrees/${hash}/index.lock`)],
    ['an index.lock in the root', (root) => put(root, '.git/index.lock')],
    ['a shallow.lock', (root) => put(root, '.git/shallow.lock')],
    ['a config.lock', (root) => put(root, '.git/config.lock')],
    ['a lock of a ref', (root) => put(root, '.git/refs/heads/git-sync.lock')],
    ['a partial pack', (root) => put(root, '.git/objects/pack/tmp_pack_XyZ')],
    ['a deleted link', (root) => rmSync(join(root, 'current'))],
    ['a deleted worktree', (root, hash) => rmSync(join(root, '.worktrees', hash), { recursive: true })],
    ['a deleted repository', (root) => rmSync(join(root, '.git'), { recursive: true })],
    ['an unreadable HEAD', (root) => put(root, '.git/HEAD')],
    ['a wrong HEAD in the worktree', (root, hash) => put(root, `.git/worktrees/${hash}/HEAD`)],
    ['missing objects', (root) => rmSync(join(root, '.git', 'objects', 'pack'), { recursive: true })],
    ['a broken config', (root) => put(root, '.git/config', '[core\nnonsense')],
    ['a file where the link belongs', (root) => replace(root, (path) => writeFileSync(path, 'mine'))],
    [
      'a directory where the link belongs',
      (root) => replace(root, (path) => mkdirSync(join(path, 'mine'), { recursive: true })),
    ],
    ['a link to nowhere', (root) => replace(root, (path) => symlinkSync('nowhere', path))],
    ['junk among the worktrees', (root) => put(root, '.worktrees/junk')],
    ['a leftover worktree of the next hash', (root) => put(root, '.worktrees/NEXT/half')],
  ];

  test.each(damages)('%s', async (_name, damage) => {
    const { remote, root, sync } = await synced();
    const hash = remote.head();
    const next = remote.commit({ 'index.html': 'two\n' });
    damage(root, hash);
    if (existsSync(join(root, '.worktrees', 'NEXT')))
      renameSync(join(root, '.worktrees', 'NEXT'), join(root, '.worktrees', next));
    expectDone(await sync());
    expect(publishedHash(join(root, 'current'))).toBe(next);
    expect(read(root, 'current', 'index.html')).toBe('two\n');
    expect(gitIn(join(root, 'current'), 'status', '--porcelain')).toBe('');
  });

  test.each(damages)('%s, with nothing new on the remote', async (_name, damage) => {
    const { remote, root, sync } = await synced();
    damage(root, remote.head());
    expectDone(await sync());
    expect(publishedHash(join(root, 'current'))).toBe(remote.head());
    expect(gitIn(join(root, 'current'), 'status', '--porcelain')).toBe('');
  });
});

test("moves what is at the link's path aside, and deletes nothing of it", async () => {
  const { root, sync } = await synced();
  replace(root, (path) => {
    mkdirSync(path);
    writeFileSync(join(path, 'mine.txt'), 'mine');
  });
  await sync();
  const aside = readdirSync(root).find((name) => name.startsWith('current.displaced-')) ?? '';
  expect(read(root, aside, 'mine.txt')).toBe('mine');
  expect(lstatSync(join(root, 'current')).isSymbolicLink()).toBe(true);
});

test('keeps the published tree in place while a damaged repository is fetched again', async () => {
  const { remote, root } = await synced();
  const target = readlinkSync(join(root, 'current'));
  rmSync(join(root, '.git'), { recursive: true });
  renameSync(remote.path, `${remote.path}-away`);
  const service = startGitSync([...args(remote, root), '--period=50ms', '--max-failures=-1']);
  await waitFor('three failures', () => service.logs().filter((line) => 'error' in line).length > 2);
  expect(readlinkSync(join(root, 'current'))).toBe(target);
  expect(read(root, 'current', 'index.html')).toBe('one\n');
  renameSync(`${remote.path}-away`, remote.path);
  await waitFor('the repository to be whole', () => gitIn(join(root, 'current'), 'status', '--porcelain') === '');
});

test('never leaves the link dangling while a damaged tree of the same hash is replaced', async () => {
  const { remote, root, sync } = await synced();
  writeFileSync(join(root, '.git', 'worktrees', remote.head(), 'HEAD'), 'junk');
  await sync();
  expect(readlinkSync(join(root, 'current'))).toMatch(/^\.worktrees\/repair-[-0-9a-f]+\/[0-9a-f]{40}$/);
  expect(publishedHash(join(root, 'current'))).toBe(remote.head());
  expect(readdirSync(join(root, '.worktrees'))).toHaveLength(1);
});

test('continues after the remote was unavailable', async () => {
  const remote = await Remote.create();
  const root = tempDir();
  const service = startGitSync([...args(remote, root), '--period=30ms', '--max-failures=-1']);
  await waitFor('the first sync', () => existsSync(join(root, 'current')));
  renameSync(remote.path, `${remote.path}-away`);
  await waitFor('failures', () => service.logs().filter((line) => 'error' in line).length > 2);
  renameSync(`${remote.path}-away`, remote.path);
  const next = remote.commit({ 'index.html': 'two\n' });
  await waitFor('the next commit', () => publishedHash(join(root, 'current')) === next);
});

describe('the root', () => {
  test('is refused when it contains files of others, which stay unchanged', async () => {
    const remote = await Remote.create();
    const root = tempDir();
    writeFileSync(join(root, 'thesis.txt'), 'mine');
    const { code, text } = await runGitSync([...args(remote, root), '--one-time']);
    expect(code).toBe(1);
    expect(text).toContain('thesis.txt');
    expect(text).toContain('--wipe-root');
    expect(readdirSync(root)).toEqual(['thesis.txt']);
  });

  test("is refused when it is somebody's own clone", async () => {
    const remote = await Remote.create();
    const root = tempDir();
    gitIn(root, 'clone', '-q', remote.path, '.');
    const { code } = await runGitSync([...args(remote, root), '--one-time']);
    expect(code).toBe(1);
    expect(readdirSync(root).sort()).toEqual(['.git', 'index.html']);
  });

  test('is emptied on request', async () => {
    const remote = await Remote.create();
    const root = tempDir();
    writeFileSync(join(root, 'thesis.txt'), 'mine');
    expectDone(await runGitSync([...args(remote, root), '--one-time', '--wipe-root']));
    expect(readdirSync(root).sort()).toEqual(['.git', '.worktrees', 'current']);
  });

  test('may contain lost+found, and files that appear later', async () => {
    const remote = await Remote.create();
    const root = tempDir();
    mkdirSync(join(root, 'lost+found'));
    await runGitSync([...args(remote, root), '--one-time']);
    writeFileSync(join(root, 'later.txt'), 'mine');
    rmSync(join(root, '.git'), { recursive: true });
    expectDone(await runGitSync([...args(remote, root), '--one-time']));
    expect(read(root, 'later.txt')).toBe('mine');
  });

  test.runIf(process.getuid?.() === 0)('works when it belongs to another user', async () => {
    const remote = await Remote.create();
    const root = tempDir();
    await runGitSync([...args(remote, root), '--one-time']);
    for (const name of ['', '.git', '.worktrees', `.worktrees/${remote.head()}`])
      chownSync(join(root, name), 4242, 4242);
    chmodSync(root, 0o777);
    const before = lstatSync(join(root, 'current')).ino;
    const again = await runGitSync([...args(remote, root), '--one-time']);
    expectDone(again);
    expect(lstatSync(join(root, 'current')).ino).toBe(before);
    expect(again.text).not.toContain('damaged');
  });
});

function put(root: string, name: string, text = ''): void {
  const path = join(root, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
}

function replace(root: string, make: (path: string) => void): void {
  rmSync(join(root, 'current'));
  make(join(root, 'current'));
}
