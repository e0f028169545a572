import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { expect, test } from 'vitest';
import { Remote } from './fixtures/remote.ts';
import { expectDone, runGitSync } from './fixtures/run.ts';

const once = (remote: Remote, root: string, ...more: string[]) =>
  runGitSync([`--repo=${remote.path}`, '--ref=main', `--root=${root}`, '--link=current', '--one-time', ...more]);

/** Names that are no UTF-8, hold what shells, git and terminals make something of, or are as long as names can be. */
const oddNames = [
  [0xe9, 0xff],
  [...Buffer.from('tab\tnew\nline "quoted" \\ \'single\'')],
  [...Buffer.from('-rf --option')],
  [...Buffer.from('日本語 🎉 e\u0301')],
  [0x1b, ...Buffer.from('[31m'), 0x07],
  Array.from({ length: 255 }, () => 0xf0),
].map((bytes) => Buffer.from(bytes));
const namesAt = (path: string) => readdirSync(path, 'buffer').map((name) => name.toString('hex'));

test.each(['link', 'copy'])(
  'publishes names in any encoding with --publish=%s, and removes them again',
  async (publish) => {
    const remote = await Remote.create();
    const root = tempDir();
    mkdirSync(join(remote.path, 'odd'));
    for (const name of oddNames) {
      const directory = Buffer.concat([Buffer.from(`${remote.path}/odd/`), name]);
      mkdirSync(directory);
      writeFileSync(Buffer.concat([directory, Buffer.from('/'), name]), name);
    }
    const flags = [`--publish=${publish}`, '--symlinks=reject', '--stale-worktree-timeout=0s'];
    const before = remote.head();
    const after = remote.commit({});
    expectDone(await once(remote, root, ...flags));
    expect(namesAt(join(root, 'current', 'odd')).sort()).toEqual(oddNames.map((name) => name.toString('hex')).sort());
    remote.git('reset', '-q', '--hard', before);
    expectDone(await once(remote, root, ...flags));
    expect(namesAt(join(root, 'current'))).not.toContain(Buffer.from('odd').toString('hex'));
    expect(readdirSync(join(root, '.worktrees'))).not.toContain(after);
  },
);

test('syncs 2,000 files, and removes them again', async () => {
  const remote = await Remote.create();
  mkdirSync(join(remote.path, 'many'));
  for (let n = 0; n < 2_000; n += 1) writeFileSync(join(remote.path, 'many', `${n}.txt`), `${n}\n`);
  remote.commit({});
  const root = tempDir();
  expectDone(await once(remote, root));
  expect(readdirSync(join(root, 'current', 'many')).length).toBe(2_000);
  remote.git('rm', '-rq', 'many');
  remote.git('commit', '-qm', 'gone');
  await once(remote, root);
  expect(readdirSync(join(root, '.worktrees'))).toEqual([remote.head()]);
});
