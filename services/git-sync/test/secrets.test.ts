import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { expect, test } from 'vitest';
import { serveGit } from './fixtures/http-remote.ts';
import { Remote } from './fixtures/remote.ts';
import { expectDone, publishedHash, read, runGitSync, startGitSync } from './fixtures/run.ts';
import { gitAfter } from './fixtures/script.ts';

/** A git that writes its arguments and its environment to a file, and then is the real one. */
function notingGit(): { path: string; noted: () => string } {
  const notes = join(tempDir(), 'notes');
  return { path: gitAfter(`{ echo "$@"; env; } >> ${notes}`), noted: () => read(notes) };
}

test.each([
  ['a token alone', 'ghp_hunter22token', 'ghp_hunter22token:'],
  ['an @ in the password', 'user:hunter@22token', 'user:hunter@22token'],
  ['a bare % in the password', 'user:50%hunter22token', 'user:50%hunter22token'],
  ['a colon in the password', 'user:hunter:22token', 'user:hunter:22token'],
])('%s in the address gets in, and stands in no log, argument, environment or file on the volume', async (...row) => {
  const [, userinfo, expected] = row;
  const remote = await Remote.create();
  const server = await serveGit(dirname(remote.path), (user) => user === expected);
  const root = tempDir();
  const git = notingGit();
  const repo = `${server.url.replace('://', `://${userinfo}@`)}/site.git`;
  const flags = [`--root=${root}`, '--ref=main', '--link=x', '--one-time', `--git=${git.path}`, '-v=9'];
  const run = await runGitSync([`--repo=${repo}`, ...flags]);
  expectDone(run);
  const again = await runGitSync([...flags, '--period=10ms'], { env: { GITSYNC_REPO: repo } });
  expectDone(again);
  expect(publishedHash(join(root, 'x'))).toBe(remote.head());
  for (const text of [run.text, again.text, git.noted(), read(root, '.git', 'config')])
    expect(text).not.toMatch(/hunter|22token/);
});

test('an invalid address ends with a clear error that does not contain it', async () => {
  const { code, text } = await runGitSync(['--repo=https://me:hunt/er22@host/x', `--root=${tempDir()}`, '--one-time']);
  expect([code, text]).toEqual([1, expect.stringContaining('--repo: no valid host')]);
  expect(text).not.toContain('hunt');
});

test('after SIGKILL the next start removes the private files, and only those of the same root', async () => {
  const remote = await Remote.create();
  const root = tempDir();
  const other = tempDir();
  const temporary = tempDir();
  const env = { TMPDIR: temporary, GITSYNC_PASSWORD: 'hunter22' };
  const args = (at: string) => [`--repo=${remote.path}`, '--ref=main', `--root=${at}`, '--link=x', '--username=me'];
  const killed = startGitSync(args(root), { env });
  const living = startGitSync(args(other), { env });
  await waitFor('both', () => existsSync(join(root, 'x')) && existsSync(join(other, 'x')));
  await killed.stop('SIGKILL');
  expect(readdirSync(temporary)).toHaveLength(2);
  expectDone(await runGitSync([...args(root), '--one-time'], { env }));
  expect(readdirSync(temporary)).toHaveLength(1);
  expect((await living.stop('SIGTERM')).code).toBe(0);
  expect(readdirSync(temporary)).toHaveLength(0);
});
