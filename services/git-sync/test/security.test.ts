import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeError } from '@podkit/chassis/errors';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { expect, test } from 'vitest';
import { gitEnvironment, hookEnvironment } from '../src/git/environment.ts';
import { sshCommand } from '../src/git/ssh-command.ts';
import { Redactor } from '../src/log/redactor.ts';
import { gitIn, Remote } from './fixtures/remote.ts';
import { expectDone, read, runGitSync } from './fixtures/run.ts';

const args = (remote: Remote, root: string) => [
  `--repo=${remote.path}`,
  '--ref=main',
  `--root=${root}`,
  '--link=current',
  '--one-time',
];

test('runs no program that --ref or --repo injects as an option', async () => {
  const remote = await Remote.create();
  const mark = join(tempDir(), 'ran');
  const bad = `--upload-pack=touch ${mark};git-upload-pack`;
  expect((await runGitSync([...args(remote, tempDir()), `--ref=${bad}`])).code).toBe(1);
  expect((await runGitSync([...args(remote, tempDir()), `--repo=${bad}`])).code).toBe(1);
  expect(existsSync(mark)).toBe(false);
});

test('uses only the allowed protocols', async () => {
  const root = tempDir();
  const mark = join(tempDir(), 'ran');
  const { code, text } = await runGitSync([`--repo=ext::touch ${mark}`, `--root=${root}`, '--link=x', '--one-time']);
  expect([code, text]).toEqual([1, expect.stringContaining("transport 'ext' not allowed")]);
  expect(existsSync(mark)).toBe(false);
});

test('runs no hook, monitor or filter that somebody planted in an existing root, and removes the setting', async () => {
  const remote = await Remote.create({ 'a.txt': 'a', '.gitattributes': '* filter=evil' });
  const root = tempDir();
  expectDone(await runGitSync(args(remote, root)));
  const mark = join(tempDir(), 'ran');
  const script = join(root, '.git', 'evil');
  writeFileSync(script, `#!/bin/sh\necho "$0" >> ${mark}\ncat\n`);
  chmodSync(script, 0o755);
  mkdirSync(join(root, '.git', 'hooks'), { recursive: true });
  for (const hook of ['post-checkout', 'reference-transaction', 'post-index-change'])
    symlinkSync(script, join(root, '.git', 'hooks', hook));
  const planted = [
    'core.fsmonitor',
    'core.sshCommand',
    'filter.evil.smudge',
    'core.alternateRefsCommand',
    'lfs.customtransfer.evil.path',
  ];
  for (const key of planted) gitIn(root, 'config', key, script);
  gitIn(root, 'config', 'core.hooksPath', join(root, '.git', 'hooks'));
  remote.commit({ 'a.txt': 'b' });
  const { code, text } = await runGitSync(args(remote, root));
  expect([code, existsSync(mark)]).toEqual([0, false]);
  expect(text).toContain('removed an unexpected setting');
  expect(read(root, '.git', 'config')).not.toContain('evil');
});

test('refuses a tree with symlinks that lead out of it with --symlinks=reject', async () => {
  const cases: [target: string, allowed: boolean][] = [
    ['/etc/passwd', false],
    ['../../outside', false],
    ['dir/up/../../x', false],
    ['dir/real.txt', true],
    ['missing', true],
  ];
  for (const [target, allowed] of cases) {
    const remote = await Remote.create({ 'dir/real.txt': 'x' });
    symlinkSync('..', join(remote.path, 'dir', 'up'));
    symlinkSync(target, join(remote.path, 'link'));
    remote.commit({});
    const { code, text } = await runGitSync([...args(remote, tempDir()), '--symlinks=reject']);
    expect([target, code, text.includes('leads out of the tree')]).toEqual([target, allowed ? 0 : 1, !allowed]);
  }
});

test('gives hooks the environment without secrets, and git no variable that misleads it', () => {
  const env = {
    PATH: '/bin',
    GITSYNC_PASSWORD: 's',
    GIT_SYNC_PASSWORD: 's',
    GITSYNC_CREDENTIAL: 's',
    GITSYNC_TRIGGER_SECRET: 's',
    GITSYNC_REPO: 'https://u:s@host/x',
    GIT_DIR: '/elsewhere',
    GIT_CONFIG_COUNT: '1',
    OTHER: 'kept',
  };
  expect(hookEnvironment(env)).toEqual({
    PATH: '/bin',
    GITSYNC_REPO: 'https://host/x',
    GIT_DIR: '/elsewhere',
    GIT_CONFIG_COUNT: '1',
    OTHER: 'kept',
  });
  const git = gitEnvironment(env, { configFile: '/c', sshCommand: 'ssh', home: '/h' });
  expect(git).toMatchObject({ GIT_CONFIG_GLOBAL: '/c', HOME: '/h', GIT_TERMINAL_PROMPT: '0' });
  expect([git.GIT_DIR, git.GIT_CONFIG_COUNT]).toEqual([undefined, undefined]);
});

test('hides secrets anywhere in a text, in each encoding', () => {
  const redactor = new Redactor();
  redactor.add('p@ss word');
  const clean = JSON.stringify(
    redactor.redactAll({
      url: 'https://me:p%40ss%20word@host/x',
      ssh: "fatal: 'ssh://git:other@host/x' failed",
      plain: ['it is p@ss word'],
      header: 'Authorization: Basic abcdef',
      base64: Buffer.from('p@ss word').toString('base64'),
    }),
  );
  for (const secret of ['p@ss', 'p%40ss', 'other', 'abcdef', 'cEBzcyB3b3Jk']) expect(clean).not.toContain(secret);
});

test('hides the latest of secrets that are renewed, and does not keep all of them', () => {
  const redactor = new Redactor();
  redactor.add('the-password');
  for (let number = 0; number < 5000; number += 1) redactor.addRenewed(`token-${number};`);
  const text = 'the-password token-4999; token-4001; token-0;';
  expect(redactor.redact(text)).toBe('[hidden] [hidden] [hidden] token-0;');
});

test('hides secrets in a long text without searching it again from each place', () => {
  const redactor = new Redactor();
  const length = 400_000;
  for (const text of [
    'a'.repeat(length),
    `x://${':'.repeat(length)}`,
    ' '.repeat(length),
    'https://'.repeat(length / 8),
  ])
    expect(describeError(new Error(redactor.redact(`${text}ssh://git:other@host`)))).toMatch(/ssh:..\[hidden\]@host$/);
});

test('never shows a password of an address, not even in errors', async () => {
  const root = tempDir();
  const flags = [`--root=${root}`, '--link=x', '--one-time', '--error-file=error', '-v=9'];
  const { text } = await runGitSync(['--repo=http://me:hunter22@127.0.0.1:9/x', ...flags]);
  expect(text).not.toContain('hunter22');
  expect(text + read(root, 'error')).not.toContain('hunter22');
  expect(read(root, '.git', 'config')).not.toContain('hunter22');
});

test('quotes the paths of keys for the shell that runs the command', () => {
  const command = sshCommand({
    keyFiles: ["/a b/$(x)'"],
    knownHosts: true,
    knownHostsFile: '/k',
    verbosity: 0,
    timeout: 9000,
  });
  expect(command).toContain(String.raw`'IdentityFile="/a b/$(x)'\''"'`);
  expect(command).toContain('StrictHostKeyChecking=yes');
});
