import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { describe, expect, test } from 'vitest';
import { gitIn, Remote } from './fixtures/remote.ts';
import { expectDone, runGitSync, spawnGitSync } from './fixtures/run.ts';

const count = (root: string) => Number(gitIn(root, 'rev-list', '--count', 'HEAD'));
const once = (remote: Remote, root: string, ...more: string[]) =>
  runGitSync([`--repo=${remote.path}`, '--ref=main', `--root=${root}`, '--link=current', '--one-time', ...more]);

describe('history and parts', () => {
  test('keeps --depth commits, and all of them once it is 0', async () => {
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

  test('fetches only what a partial clone filter lets through', async () => {
    const remote = await Remote.create({ 'a.txt': 'a', 'big/b.txt': 'b'.repeat(5000) });
    const root = tempDir();
    const patterns = join(tempDir(), 'patterns');
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

  test('checks out submodules of all levels, the first, or none, with addresses relative to the repository', async () => {
    const top = await Remote.create();
    const middle = await Remote.create();
    const leaf = await Remote.create({ leaf: 'x' });
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

  test('makes files group-writable on request', async () => {
    const remote = await Remote.create();
    const root = tempDir();
    const args = [`--repo=${remote.path}`, '--ref=main', `--root=${root}`, '--link=current', '--one-time'];
    await spawnGitSync([...args, '--group-write']);
    for (const name of ['index.html', '.git']) expect(statSync(join(root, 'current', name)).mode & 0o777).toBe(0o664);
  });

  test('keeps superseded worktrees for --stale-worktree-timeout', async () => {
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
