import { existsSync, lstatSync, readlinkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { describe, expect, it } from 'vitest';
import { gitIn, Remote } from './fixtures/remote.ts';
import { expectDone, runGitSync } from './fixtures/run.ts';

const once = (remote: Remote, root: string, ...more: string[]) =>
  runGitSync([`--repo=${remote.path}`, '--ref=main', `--root=${root}`, '--link=current', '--one-time', ...more]);

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
