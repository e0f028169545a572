import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { expect, it } from 'vitest';
import { Remote } from './fixtures/remote.ts';
import { expectDone, runGitSync } from './fixtures/run.ts';

const once = (remote: Remote, root: string, ...more: string[]) =>
  runGitSync([`--repo=${remote.path}`, '--ref=main', `--root=${root}`, '--link=current', '--one-time', ...more]);

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
