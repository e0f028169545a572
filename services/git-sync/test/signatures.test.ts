import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { expect, it } from 'vitest';
import { Remote } from './fixtures/remote.ts';
import { expectDone, publishedHash, read, runGitSync, startGitSync } from './fixtures/run.ts';

const args = (remote: Remote, root: string) => [`--repo=${remote.path}`, '--ref=main', `--root=${root}`, '--link=x'];

/** A new SSH key, the git options that sign with it, and the file that calls it good. */
function sshSigner(): { options: string[]; signers: string } {
  const directory = tempDir();
  const key = join(directory, 'key');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  const signers = join(directory, 'signers');
  writeFileSync(signers, `test@example.org ${read(`${key}.pub`)}`);
  return { options: ['-c', 'gpg.format=ssh', '-c', `user.signingKey=${key}`], signers };
}

it('publishes a commit signed with a known SSH key, and never another', async () => {
  const [remote, root, good, bad] = [await Remote.create(), tempDir(), sshSigner(), sshSigner()];
  const flags = ['--verify-commit', `--verify-ssh-signers-file=${good.signers}`];
  const unsigned = await runGitSync([...args(remote, root), ...flags, '--one-time']);
  expect([unsigned.code, unsigned.text]).toEqual([1, expect.stringContaining('has no good signature')]);
  expect(existsSync(join(root, 'x'))).toBe(false);

  remote.git(...good.options, 'commit', '-q', '--allow-empty', '-S', '-m', 'signed');
  const signed = remote.head();
  const service = startGitSync([...args(remote, root), ...flags, '--period=30ms', '--max-failures=-1']);
  await waitFor('the signed commit', () => publishedHash(join(root, 'x')) === signed);
  remote.git(...bad.options, 'commit', '-q', '--allow-empty', '-S', '-m', 'signed by another');
  await service.logged('the refusal', (line) => String(line.error).includes('has no good signature'));
  expect(publishedHash(join(root, 'x'))).toBe(signed);
});

it('publishes a tag signed with a known OpenPGP key, and never an unsigned one', async () => {
  const [remote, root, home] = [await Remote.create(), tempDir(), tempDir()];
  chmodSync(home, 0o700);
  const gpg = (...words: string[]) =>
    execFileSync('gpg', ['--batch', '--homedir', home, '--passphrase', '', ...words], { stdio: 'pipe' });
  gpg('--quick-generate-key', 'Test <test@example.org>', 'ed25519', 'sign', 'never');
  const keys = join(home, 'keys.asc');
  writeFileSync(keys, gpg('--armor', '--export'));
  const wrapper = join(home, 'gpg.sh');
  writeFileSync(wrapper, `#!/bin/sh\nexec gpg --homedir ${home} "$@"\n`);
  chmodSync(wrapper, 0o755);
  remote.git('tag', '-a', 'plain', '-m', 'unsigned');
  remote.git(
    '-c',
    `gpg.program=${wrapper}`,
    '-c',
    'user.signingKey=test@example.org',
    'tag',
    '-s',
    'good',
    '-m',
    'signed',
  );
  execFileSync('gpgconf', ['--homedir', home, '--kill', 'all']);
  const flags = ['--verify-tag', `--verify-gpg-keys-file=${keys}`, '--one-time'];
  expect((await runGitSync([...args(remote, root), ...flags, '--ref=plain'])).code).toBe(1);
  expect(existsSync(join(root, 'x'))).toBe(false);
  expectDone(await runGitSync([...args(remote, root), ...flags, '--ref=good']));
});
