import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { expect, test } from 'vitest';
import { Remote } from './fixtures/remote.ts';
import { expectDone, read, runGitSync } from './fixtures/run.ts';

const hasLfs = spawnSync('git-lfs', ['version']).status === 0;
const attributes = '*.bin filter=lfs diff=lfs merge=lfs -text\n';
const once = (remote: Remote, root: string, flags: string[] = [], env: Record<string, string> = {}) =>
  runGitSync([`--repo=file://${remote.path}`, '--ref=main', `--root=${root}`, '--link=x', '--one-time', ...flags], {
    env,
  });

/** What a repository holds instead of a file: https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md */
const pointer = (oid: string, size: number) =>
  `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${size}\n`;

async function withLfs(): Promise<Remote> {
  const remote = await Remote.create({ '.gitattributes': attributes });
  remote.git('lfs', 'install', '--local');
  remote.commit({ 'big.bin': 'the real content' });
  return remote;
}

test.runIf(hasLfs)('publishes the files that Git LFS keeps, and keeps none of a commit that is gone', async () => {
  const remote = await withLfs();
  const root = tempDir();
  expectDone(await once(remote, root));
  expect(read(root, 'x', 'big.bin')).toBe('the real content');
  remote.commit({ 'big.bin': 'changed' });
  expectDone(await once(remote, root));
  expect(read(root, 'x', 'big.bin')).toBe('changed');
  const kept = readdirSync(join(root, '.git', 'lfs', 'objects'), { recursive: true, withFileTypes: true });
  expect(kept.filter((entry) => entry.isFile())).toHaveLength(1);
});

test.runIf(hasLfs)('publishes pointers with --lfs=off', async () => {
  const remote = await withLfs();
  const root = tempDir();
  const run = await once(remote, root, ['--lfs=off']);
  expectDone(run);
  expect(read(root, 'x', 'big.bin')).toMatch(/^version https:/);
  expect(run.text).not.toContain('git-lfs is not installed');
});

test.runIf(hasLfs)('a changed --lfs takes effect at the next start, without a new commit', async () => {
  const remote = await withLfs();
  const root = tempDir();
  expectDone(await once(remote, root, ['--lfs=off']));
  expectDone(await once(remote, root));
  expect(read(root, 'x', 'big.bin')).toBe('the real content');
  expectDone(await once(remote, root, ['--lfs=off']));
  expect(read(root, 'x', 'big.bin')).toMatch(/^version https:/);
});

test('publishes pointers where git-lfs is not installed, and logs it', async () => {
  const text = pointer('0'.repeat(64), 16);
  const remote = await Remote.create({ '.gitattributes': attributes, 'big.bin': text });
  const root = tempDir();
  const run = await once(remote, root, [], { PATH: pathWithout('git-lfs') });
  expectDone(run);
  expect(read(root, 'x', 'big.bin')).toBe(text);
  expect(run.text).toContain('git-lfs is not installed');
});

/** A PATH with the programs that git-sync runs, and not that one. */
function pathWithout(name: string): string {
  const directory = tempDir();
  for (const program of ['git', 'rm', 'sh'].filter((other) => other !== name)) {
    const found = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, program));
    symlinkSync(found.find((path) => existsSync(path)) ?? program, join(directory, program));
  }
  return directory;
}
