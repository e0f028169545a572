import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { describe, expect, test } from 'vitest';
import { gitIn, Remote } from './fixtures/remote.ts';
import { runGitSync } from './fixtures/run.ts';

const holds = (root: string, object: string) =>
  gitIn(root, 'cat-file', '--batch-all-objects', '--batch-check').includes(object);
const once = (remote: Remote, root: string, ...more: string[]) =>
  runGitSync([`--repo=${remote.path}`, '--ref=main', `--root=${root}`, '--link=current', '--one-time', ...more]);

describe('--git-gc, once a superseded worktree was removed,', () => {
  test.each([
    ['always', 'gc --quiet', false],
    ['aggressive', 'gc --quiet --aggressive', false],
    ['auto', 'gc --quiet --auto', true],
    ['off', undefined, true],
  ] as const)('%s runs %s', async (mode, command, kept) => {
    const remote = await Remote.create();
    const root = tempDir();
    await once(remote, root, '--depth=0');
    const old = remote.head();
    remote.git('commit', '-q', '--amend', '--allow-empty', '-m', 'another history');
    const { logs } = await once(remote, root, '--depth=0', `--git-gc=${mode}`, '-v=5');
    const commands = logs.map(({ cmd }) => String(cmd)).filter((cmd) => cmd.startsWith('git gc'));
    expect(commands).toEqual(command === undefined ? [] : [`git ${command}`]);
    expect(holds(root, old)).toBe(kept);
  });

  test('nothing runs while nothing was superseded', async () => {
    const remote = await Remote.create();
    const root = tempDir();
    await once(remote, root);
    const { logs } = await once(remote, root, '-v=5');
    expect(logs.filter(({ cmd }) => String(cmd).startsWith('git gc'))).toEqual([]);
  });
});
