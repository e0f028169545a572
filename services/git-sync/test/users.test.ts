import { chmodSync, chownSync, copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { describe, expect, test } from 'vitest';
import { serveGit } from './fixtures/http-remote.ts';
import { canOwnEtc, ownEtc } from './fixtures/own-etc.ts';
import { Remote } from './fixtures/remote.ts';
import { expectDone, publishedHash, read, spawnGitSync } from './fixtures/run.ts';
import { hasSshd, startSshd } from './fixtures/sshd.ts';

const nobody = 54_321;

/** A new directory that everybody may write to, as a Kubernetes volume of root's often is. */
function openDir(): string {
  const path = tempDir();
  chmodSync(path, 0o777);
  return path;
}

const flagsFor = (url: string, root: string) => [`--repo=${url}/site.git`, '--ref=main', `--root=${root}`, '--link=x'];

/** What a user without an entry needs to sync over ssh, in an /etc of its own. */
async function overSsh() {
  const remote = await Remote.create();
  const server = await startSshd();
  const root = openDir();
  const keys = openDir();
  const key = join(keys, 'key');
  copyFileSync(server.good, key);
  chownSync(key, nobody, nobody);
  copyFileSync(server.knownAs('host'), join(keys, 'known'));
  const { etc, options } = ownEtc({});
  const flags = [
    `--repo=${server.url}${remote.path}`,
    '--ref=main',
    `--root=${root}`,
    '--link=x',
    '--one-time',
    `--ssh-key-file=${key}`,
    `--ssh-known-hosts-file=${join(keys, 'known')}`,
  ];
  return { remote, root, etc, run: (...more: string[]) => spawnGitSync([...flags, ...more], options(nobody)) };
}

describe.runIf(canOwnEtc)('--cookie-file', () => {
  test('sends the cookies of /etc/git-secret/cookie_file, and shows none of them', async () => {
    const remote = await Remote.create();
    const root = tempDir();
    const server = await serveGit(dirname(remote.path), (_user, _path, cookie) => cookie === 'o=chocolate-chip');
    const line = ['127.0.0.1', 'FALSE', '/', 'FALSE', '2147483647', 'o', 'chocolate-chip'].join('\t');
    const { options } = ownEtc({ 'git-secret/cookie_file': `${line}\n` });
    const flags = [...flagsFor(server.url, root), '--one-time'];
    const run = await spawnGitSync([...flags, '--cookie-file', '-v=9'], options());
    expectDone(run);
    expect(publishedHash(join(root, 'x'))).toBe(remote.head());
    expect(run.text).not.toContain('chocolate-chip');
    expect((await spawnGitSync([...flags, `--root=${tempDir()}`], options())).code).toBe(1);
  });

  test('ends with 1 when there is no such file', async () => {
    const { options } = ownEtc({});
    const flags = [...flagsFor('http://127.0.0.1:9', tempDir()), '--one-time', '--cookie-file'];
    const { code, text } = await spawnGitSync(flags, options());
    expect([code, text]).toEqual([1, expect.stringMatching(/cookie-file.*\/etc\/git-secret\/cookie_file/)]);
  });
});

describe.runIf(canOwnEtc && hasSshd)('a UID without an entry in /etc/passwd', () => {
  test('can use ssh only with --add-user, which adds it once', async () => {
    const { remote, root, etc, run } = await overSsh();
    chmodSync(join(etc, 'passwd'), 0o666);
    expect(await run()).toMatchObject({ code: 1, text: expect.stringContaining('No user exists') });
    expectDone(await run('--add-user'));
    expectDone(await run('--add-user'));
    expect(publishedHash(join(root, 'x'))).toBe(remote.head());
    const entries = read(etc, 'passwd').split('\n');
    expect(entries.filter((entry) => entry.includes(`:${nobody}:${nobody}:`))).toHaveLength(1);
  });

  test('cannot be added to a file that is read-only, and the error says so', async () => {
    const { run } = await overSsh();
    const { code, text } = await run('--add-user');
    expect([code, text]).toEqual([
      1,
      expect.stringMatching(/--add-user: cannot add UID 54321 to \/etc\/passwd.*EACCES/),
    ]);
  });
});

describe.runIf(canOwnEtc)('a root that belongs to another user', () => {
  test('is made, kept and updated where the group or everybody may write', async () => {
    const remote = await Remote.create();
    const root = openDir();
    chmodSync(dirname(remote.path), 0o755);
    const flags = [`--repo=${remote.path}`, '--ref=main', `--root=${root}`, '--link=x', '--one-time'];
    const asNobody = () => spawnGitSync(flags, ownEtc({}).options(nobody));
    expectDone(await asNobody());
    const first = remote.head();
    const next = remote.commit({ 'index.html': 'two\n' });
    for (const name of ['.git', '.worktrees', `.worktrees/${first}`, `.git/worktrees/${first}`]) {
      chownSync(join(root, name), 0, 0);
      chmodSync(join(root, name), 0o777);
    }
    const again = await asNobody();
    expectDone(again);
    expect([publishedHash(join(root, 'x')), again.text.includes('damaged')]).toEqual([next, false]);
  });

  test('stays unchanged, with a clear error, where it is not writable', async () => {
    const remote = await Remote.create();
    const root = tempDir();
    chmodSync(root, 0o755);
    chmodSync(dirname(remote.path), 0o755);
    mkdirSync(join(root, '.worktrees'));
    const flags = [`--repo=${remote.path}`, '--ref=main', `--root=${root}`, '--link=x', '--one-time'];
    const { code, text } = await spawnGitSync(flags, ownEtc({}).options(nobody));
    expect([code, text]).toEqual([1, expect.stringMatching(/permission denied|EACCES/i)]);
    expect(existsSync(join(root, '.worktrees'))).toBe(true);
  });
});
