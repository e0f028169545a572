import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { describe, expect, test } from 'vitest';
import { mirror } from '../src/sync/mirror.ts';
import { Remote } from './fixtures/remote.ts';
import { read, runGitSync } from './fixtures/run.ts';

const once = (remote: Remote, root: string, ...more: string[]) =>
  runGitSync([`--repo=${remote.path}`, '--ref=main', `--root=${root}`, '--link=current', '--one-time', ...more]);

describe('publishing a plain directory', () => {
  test('makes the directory equal to the tree, without links and without .git', async () => {
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

  test('replaces a file that differs in its last byte, and leaves an equal one as it is', async () => {
    const source = tempDir();
    const target = tempDir();
    const content = Buffer.alloc(200_000, 'x');
    for (const name of ['equal', 'other']) writeFileSync(join(source, name), content);
    await mirror(source, target, new AbortController().signal);
    writeFileSync(join(target, 'other'), Buffer.concat([content.subarray(1), Buffer.from('y')]));
    const { ino } = statSync(join(target, 'equal'));
    await mirror(source, target, new AbortController().signal);
    expect(read(target, 'other')).toBe(content.toString());
    expect(statSync(join(target, 'equal')).ino).toBe(ino);
  });

  test('does not delete files of others from the directory', async () => {
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
