import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@podkit/chassis/testing/free-port';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { describe, expect, test } from 'vitest';
import { Remote } from './fixtures/remote.ts';
import { expectDone, publishedHash, read, runGitSync, startGitSync } from './fixtures/run.ts';
import { script } from './fixtures/script.ts';

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

test('publishes a commit signed with a known SSH key, and never another', async () => {
  const remote = await Remote.create();
  const root = tempDir();
  const good = sshSigner();
  const bad = sshSigner();
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

/** git-sync that published a signed commit, and then met one that is not. */
async function heldBack(...more: string[]) {
  const remote = await Remote.create();
  const root = tempDir();
  const signer = sshSigner();
  const port = await freePort();
  const sign = () => remote.git(...signer.options, 'commit', '-q', '--allow-empty', '-S', '-m', 'signed');
  sign();
  const flags = ['--verify-commit', `--verify-ssh-signers-file=${signer.signers}`, '--period=30ms', ...more];
  const http = [`--http-bind=127.0.0.1:${port}`, '--http-metrics', '--max-failures=-1'];
  startGitSync([...args(remote, root), ...flags, ...http]);
  const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
  const text = async (path: string) => (await get(path)).text();
  const statuses = async () => (await Promise.all(['/', '/readyz'].map(get))).map(({ status }) => status);
  await waitFor('readiness', async () => (await statuses()).every((status) => status === 200));
  expect(await text('/metrics')).toContain('git_sync_unverified 0\n');
  expect(await text('/readyz?verbose')).toContain('[+]verified-default ok\n');
  const bad = remote.commit({});
  await waitFor('the refusal', async () => (await text('/metrics')).includes('git_sync_unverified 1\n'));
  expect(await text('/metrics')).toMatch(/git_sync_verification_count_total\{status="error"\} [1-9]/);
  const mended = () =>
    waitFor('the next good commit', async () => (await text('/metrics')).includes('git_sync_unverified 0\n'));
  return { bad, sign, statuses, text, mended };
}

describe('while an unverified commit is held back and the last good one served', () => {
  test('readiness stays 200 by default, and says so in detail', async () => {
    const { bad, sign, statuses, text, mended } = await heldBack();
    expect(await statuses()).toEqual([200, 200]);
    expect(await text('/readyz?verbose')).toContain(
      `[!]verified-default degraded: commit ${bad} has no good signature and is not published\n`,
    );
    sign();
    await mended();
    expect(await text('/readyz?verbose')).toContain('[+]verified-default ok\n');
  });

  test('readiness fails with --verify-readiness=fail, until the next good one', async () => {
    const { bad, sign, statuses, text, mended } = await heldBack('--verify-readiness=fail');
    expect(await statuses()).toEqual([503, 503]);
    expect(await text('/')).toContain(`commit ${bad} has no good signature`);
    expect(await text('/readyz')).toContain(`[-]verified-default failed: commit ${bad}`);
    sign();
    await mended();
    expect(await statuses()).toEqual([200, 200]);
  });
});

test('a pass in which an unverified commit is held back starts one git', async () => {
  const remote = await Remote.create();
  const root = tempDir();
  const signer = sshSigner();
  remote.git(...signer.options, 'commit', '-q', '--allow-empty', '-S', '-m', 'signed');
  const flags = ['--verify-commit', `--verify-ssh-signers-file=${signer.signers}`, '--period=20ms'];
  const service = startGitSync([...args(remote, root), ...flags, '--max-failures=-1', '-v=5']);
  await waitFor('the signed commit', () => existsSync(join(root, 'x')));
  remote.commit({});
  const passes = () => {
    const lines = service.logs().map(({ msg, cmd }) => (msg === 'running command' ? String(cmd) : String(msg)));
    const refusals = lines.flatMap((msg, at) => (msg.startsWith('error syncing repo') ? [at] : []));
    return refusals.map((at, index) => lines.slice((refusals[index - 1] ?? -1) + 1, at));
  };
  await waitFor('three refusals', () => passes().length > 3);
  for (const pass of passes().slice(1)) expect(pass).toEqual([expect.stringMatching(/^git fetch /)]);
});

test('publishes a tag signed with a known OpenPGP key, and never an unsigned one', async () => {
  const remote = await Remote.create();
  const root = tempDir();
  const home = tempDir();
  chmodSync(home, 0o700);
  const gpg = (...words: string[]) =>
    execFileSync('gpg', ['--batch', '--homedir', home, '--passphrase', '', ...words], { stdio: 'pipe' });
  gpg('--quick-generate-key', 'Test <test@example.org>', 'ed25519', 'sign', 'never');
  const keys = join(home, 'keys.asc');
  writeFileSync(keys, gpg('--armor', '--export'));
  const wrapper = script(`exec gpg --homedir ${home} "$@"`);
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

test('never publishes a signed tag that is served under the name of another', async () => {
  const remote = await Remote.create();
  const root = tempDir();
  const { options, signers } = sshSigner();
  remote.git(...options, 'tag', '-s', 'v1', '-m', 'signed');
  remote.git('update-ref', 'refs/tags/v2', remote.git('rev-parse', 'v1'));
  const flags = ['--verify-tag', `--verify-ssh-signers-file=${signers}`, '--one-time'];
  const { code, text } = await runGitSync([...args(remote, root), ...flags, '--ref=v2']);
  expect([code, text]).toEqual([1, expect.stringContaining('it was signed as v1')]);
  expect(existsSync(join(root, 'x'))).toBe(false);
  expectDone(await runGitSync([...args(remote, root), ...flags, '--ref=v1']));
});
