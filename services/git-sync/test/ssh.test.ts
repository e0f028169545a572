import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@podkit/chassis/testing/free-port';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { expect, it, onTestFinished } from 'vitest';
import { Remote } from './fixtures/remote.ts';
import { expectDone, publishedHash, read, runGitSync } from './fixtures/run.ts';

const sshd = '/usr/sbin/sshd';

/** A real sshd on a free port that lets one key in, and the files a client needs. */
async function startSshd() {
  const [directory, port] = [tempDir(), await freePort()];
  const newKey = (name: string) => {
    const path = join(directory, name);
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path]);
    return path;
  };
  const [host, good, wrong] = [newKey('host'), newKey('my key'), newKey('wrong')];
  writeFileSync(join(directory, 'authorized'), read(`${good}.pub`));
  const config = ['StrictModes no', 'UsePAM no', 'PidFile none', 'PermitRootLogin yes', 'ListenAddress 127.0.0.1'];
  const own = [`Port ${port}`, `HostKey ${host}`, `AuthorizedKeysFile ${join(directory, 'authorized')}`];
  writeFileSync(join(directory, 'config'), [...config, ...own, ''].join('\n'));
  // Where sshd as root separates its privileges; a package's start script makes it elsewhere.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
  const child = spawn(sshd, ['-D', '-f', join(directory, 'config')], { stdio: 'ignore' });
  onTestFinished(() => void child.kill());
  await waitFor('sshd', () => accepts(port));
  const knownAs = (key: string) => {
    const path = join(directory, `known-${key}`);
    writeFileSync(path, `[127.0.0.1]:${port} ${read(directory, `${key}.pub`)}`);
    return path;
  };
  return { url: `ssh://${userInfo().username}@127.0.0.1:${port}`, good, wrong, knownAs };
}

it.runIf(existsSync(sshd))('syncs over ssh, trying several keys, and only from a host whose key is known', async () => {
  const [remote, server] = [await Remote.create(), await startSshd()];
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

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    }).once('error', () => resolve(false));
  });
}
