import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning } from '@podkit/chassis/testing/is-running';
import { serve } from '@podkit/chassis/testing/serve';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { expect, onTestFinished, test } from 'vitest';
import { gitConfigFile } from '../src/git/config-text.ts';
import { makePrivateDirectory } from '../src/git/private-directory.ts';
import { baseSettings } from '../src/git/settings.ts';
import { sshCommand } from '../src/git/ssh-command.ts';
import { runProcess } from '../src/process/run-process.ts';
import { Remote } from './fixtures/remote.ts';
import { expectDone, publishedHash, read, runGitSync } from './fixtures/run.ts';
import { gitAfter } from './fixtures/script.ts';

test('every git is started by simple-git', async () => {
  const remote = await Remote.create();
  const part = await Remote.create();
  const root = tempDir();
  const notes = join(tempDir(), 'notes');
  remote.addSubmodule('part', part.path, part);
  // simple-git sets this variable for each git.
  const git = gitAfter(`echo "$1 $GIT_TEST_DISALLOW_ABBREVIATED_OPTIONS" >> ${notes}`);
  const flags = [`--repo=${remote.path}`, '--ref=main', `--root=${root}`, '--link=x', '--one-time', `--git=${git}`];
  const allow = '--git-config=protocol.file.allow:always';
  expectDone(await runGitSync([...flags, allow]));
  remote.commit({ 'index.html': 'two\n' });
  expectDone(await runGitSync([...flags, allow]));
  const calls = read(notes).trim().split('\n');
  expect(calls).toEqual(calls.map((call) => expect.stringMatching(`^${call.split(' ')[0]} true$`)));
  expect(new Set(calls.map((call) => call.split(' ')[0]))).toEqual(
    new Set([
      '--version',
      'init',
      'fetch',
      'rev-parse',
      'update-ref',
      'worktree',
      'reset',
      'submodule',
      'config',
      'fsck',
      'gc',
    ]),
  );
});

test('a process that git left behind does not hold the pass up by the pipes that it keeps open', async () => {
  const remote = await Remote.create();
  const root = tempDir();
  const pid = join(tempDir(), 'pid');
  const git = gitAfter(`if [ "$1" = fetch ]; then sleep 300 & echo $! > ${pid}; fi`);
  const flags = [`--repo=${remote.path}`, '--ref=main', `--root=${root}`, '--link=x', '--one-time', `--git=${git}`];
  expectDone(await runGitSync(flags));
  onTestFinished(() => void process.kill(Number(read(pid))));
  expect([publishedHash(join(root, 'x')), isRunning(read(pid))]).toEqual([remote.head(), true]);
});

test('a transfer that stalls ends by itself, by limits for HTTP and ssh', async () => {
  const url = await serve((_request, response) => void response.write('x'));
  const settings = baseSettings({ allowProtocol: ['http'], cookieFile: false, lfs: 'off', timeout: 1000 });
  const configFile = join(tempDir(), 'gitconfig');
  writeFileSync(configFile, gitConfigFile(settings));
  const env = { PATH: process.env.PATH, GIT_CONFIG_GLOBAL: configFile, GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' };
  const listed = runProcess('git', ['ls-remote', `${url}/x.git`], { cwd: '/', env });
  await expect(listed).rejects.toMatchObject({ stderr: expect.stringContaining('Operation too slow') });
  const ssh = sshCommand({ keyFiles: [], knownHosts: true, knownHostsFile: '/k', verbosity: 0, timeout: 9000 });
  for (const limit of ['ConnectTimeout=9', 'ServerAliveInterval=3', 'ServerAliveCountMax=3'])
    expect(ssh).toContain(`-o '${limit}'`);
});

test('private files are in the first directory that can be written, and at last in the root', async () => {
  const root = tempDir();
  const own = '.git-sync-private-x-';
  const path = await makePrivateDirectory(own, ['/proc', join(root, 'missing'), root]);
  expect(readdirSync(root)).toEqual([expect.stringMatching(/^\.git-sync-private-x-/)]);
  const next = await makePrivateDirectory(own, ['/proc', root]);
  expect([existsSync(path), existsSync(next)]).toEqual([false, true]);
  await expect(makePrivateDirectory(own, ['/proc'])).rejects.toMatchObject({ code: 'ERR_TMPDIR' });
});
