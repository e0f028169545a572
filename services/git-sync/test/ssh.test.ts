import { join } from 'node:path';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { expect, test } from 'vitest';
import { Remote } from './fixtures/remote.ts';
import { expectDone, publishedHash, read, runGitSync } from './fixtures/run.ts';
import { hasSshd, startSshd } from './fixtures/sshd.ts';

test.runIf(hasSshd)('syncs over ssh, trying several keys, and only from a host whose key is known', async () => {
  const remote = await Remote.create();
  const server = await startSshd();
  const root = tempDir();
  const run = (known: string, at = root) =>
    runGitSync([
      `--repo=${server.url}${remote.path}`,
      '--ref=main',
      `--root=${at}`,
      '--link=x',
      '--one-time',
      `--ssh-key-file=${server.wrong}`,
      `--ssh-key-file=${server.good}`,
      `--ssh-known-hosts-file=${known}`,
    ]);
  expectDone(await run(server.knownAs('host')));
  expect(publishedHash(join(root, 'x'))).toBe(remote.head());
  const { code, text } = await run(server.knownAs('wrong'), tempDir());
  expect([code, text]).toEqual([1, expect.stringContaining('Host key verification failed')]);
});

test.runIf(hasSshd)(
  'fetches submodules over ssh with the same keys, by absolute and by relative addresses',
  async () => {
    const server = await startSshd();
    const root = tempDir();
    const remote = await Remote.create();
    const near = await Remote.create();
    const far = await Remote.create();
    const relative = `../../${near.path.split('/').slice(-2).join('/')}`;
    remote.addSubmodule('near', relative, near);
    remote.addSubmodule('far', `${server.url}${far.path}`, far);
    const keys = [`--ssh-key-file=${server.good}`, `--ssh-known-hosts-file=${server.knownAs('host')}`];
    const flags = [`--repo=${server.url}${remote.path}`, '--ref=main', `--root=${root}`, '--link=x', '--one-time'];
    expectDone(await runGitSync([...flags, ...keys]));
    expect([read(root, 'x', 'near', 'index.html'), read(root, 'x', 'far', 'index.html')]).toEqual(['one\n', 'one\n']);
  },
);
