import { existsSync, lstatSync, readdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { describe, expect, test } from 'vitest';
import { gitIn, Remote } from './fixtures/remote.ts';
import { expectDone, publishedHash, runGitSync } from './fixtures/run.ts';

const once = (remote: Remote, root: string, ...more: string[]) =>
  runGitSync([`--repo=${remote.path}`, '--ref=main', `--root=${root}`, '--link=current', '--one-time', ...more]);

describe('roots of other versions', () => {
  test('continues with a root of version 3, and removes its worktree once it is superseded', async () => {
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

  test('keeps a published tree of version 4 that is current, and continues from there', async () => {
    const remote = await Remote.create();
    const root = tempDir();
    const first = remote.head();
    rootOfVersion4(root, remote);
    const before = lstatSync(join(root, 'current')).ino;
    const { code, text, logs } = await once(remote, root, '-v=5');
    expect([code, lstatSync(join(root, 'current')).ino]).toEqual([0, before]);
    expect(logs.some((line) => line.msg === 'update required')).toBe(false);
    expect(text).not.toMatch(/damaged|unexpected setting/);
    const next = remote.commit({ 'index.html': 'two\n' });
    expectDone(await once(remote, root));
    expect(publishedHash(join(root, 'current'))).toBe(next);
    expect(readdirSync(join(root, '.worktrees'))).toEqual([next]);
    expect(gitIn(root, 'cat-file', '--batch-all-objects', '--batch-check')).not.toContain(first);
  });
});

/** What version 4 leaves behind, step by step as it does it, but for its own programs. */
function rootOfVersion4(root: string, remote: Remote): void {
  const hash = remote.head();
  const worktree = join(root, '.worktrees', hash);
  gitIn(root, 'init', '-q', '-b', 'git-sync');
  gitIn(root, 'remote', 'add', 'origin', remote.path);
  // By its address and not as `origin`, which leaves settings of a remote of that name with a partial clone.
  gitIn(root, 'config', `remote.file://${remote.path}.promisor`, 'true');
  gitIn(root, 'fetch', '-q', `file://${remote.path}`, 'main', '--prune', '--no-auto-gc', '--depth', '1');
  gitIn(root, 'reset', '-q', '--soft', hash, '--');
  gitIn(root, 'worktree', 'add', '--force', '--detach', worktree, hash, '--no-checkout');
  writeFileSync(join(worktree, '.git'), `gitdir: ../../.git/worktrees/${hash}\n`);
  gitIn(worktree, 'reset', '-q', '--hard', hash, '--');
  symlinkSync(`.worktrees/${hash}`, join(root, 'current'));
}
