import { generateKeyPairSync, verify } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { serve } from '@podkit/chassis/testing/serve';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { describe, expect, test } from 'vitest';
import { serveGit } from './fixtures/http-remote.ts';
import { Remote } from './fixtures/remote.ts';
import { expectDone, publishedHash, read, runGitSync, startGitSync } from './fixtures/run.ts';
import { gitAfter } from './fixtures/script.ts';

const isMe = (user: string) => user === 'me:p@ss:wörd %';
const eachItsOwn = (user: string, path: string) => user === (path.startsWith('/site.git') ? 'a:1' : 'b:2');

async function served(allows: (user: string, path: string) => boolean, remote?: Remote) {
  const made = remote ?? (await Remote.create());
  return { remote: made, server: await serveGit(dirname(made.path), allows), root: tempDir() };
}

/** The path of a repository on a server of all temporary directories. */
const pathOnServer = ({ path }: Remote) => path.slice(tmpdir().length);
const args = (url: string, root: string) => [`--repo=${url}/site.git`, '--ref=main', `--root=${root}`, '--one-time'];

describe('a repository that asks for a password gets it', () => {
  test('from the variable', async () => {
    const { server, root } = await served(isMe);
    const env = { GITSYNC_PASSWORD: 'p@ss:wörd %' };
    expectDone(await runGitSync([...args(server.url, root), '--username=me'], { env }));
  });

  test('from the address, which is stored and logged without it', async () => {
    const { server, root } = await served(isMe);
    const url = server.url.replace('://', `://me:${encodeURIComponent('p@ss:wörd %')}@`);
    const run = await runGitSync([...args(url, root), '-v=9']);
    expectDone(run);
    expect(run.text).not.toMatch(/p@ss:|p%40ss/);
  });

  test('from --credential, each repository on a host its own', async () => {
    const remote = await Remote.create();
    const { server, root } = await served(eachItsOwn, remote);
    const list = [
      { url: `${server.url}/other`, username: 'b', password: '2' },
      { url: `${server.url}/site.git`, username: 'a', password: '1' },
    ];
    expectDone(await runGitSync([...args(server.url, root), `--credential=${JSON.stringify(list)}`]));
  });

  test('from --askpass-url', async () => {
    const { server, root } = await served(isMe);
    const askpass = await serve((_request, response) => response.end('x=y\nusername=me\npassword=p@ss:wörd %\n'));
    expectDone(await runGitSync([...args(server.url, root), `--askpass-url=${askpass}`]));
  });

  test('from a file, again in every pass', async () => {
    const { remote, server, root } = await served((user) => user === 'me:right');
    const file = join(tempDir(), 'password');
    writeFileSync(file, 'wrong\n');
    const flags = ['--username=me', `--password-file=${file}`, '--period=50ms', '--max-failures=-1', '--link=x'];
    const service = startGitSync([...args(server.url, root).slice(0, 3), ...flags]);
    await service.logged('a refusal', (line) => String(line.error).includes('Authentication failed'));
    writeFileSync(file, 'right\n');
    await waitFor('the sync', () => publishedHash(join(root, 'x')) === remote.head());
    expect(service.output.join('\n')).not.toContain('wrong');
  });
});

test('a program at --git finds the credential of a file:// address in git’s own store', async () => {
  const remote = await Remote.create();
  const root = tempDir();
  const answer = join(tempDir(), 'answer');
  const ask = `[ "$1" = fetch ] && printf 'url=%s\\n\\n' 'file://${remote.path}' | git credential fill > '${answer}'`;
  const askpass = await serve((_request, response) => response.end('username=me\npassword=p@ss:wörd %\n'));
  const flags = [`--repo=file://${remote.path}`, `--root=${root}`, '--link=x', '--one-time'];
  expectDone(await runGitSync([...flags, `--git=${gitAfter(ask)}`, `--askpass-url=${askpass}`]));
  expect(read(answer).split('\n')).toEqual(expect.arrayContaining(['username=me', 'password=p@ss:wörd %']));
});

test('submodules get credentials of their own, on the same host and on another, and never those of the repository', async () => {
  const remote = await Remote.create();
  const near = await Remote.create();
  const far = await Remote.create();
  const seen: string[] = [];
  const owners = new Map([
    [pathOnServer(remote), 'a:1'],
    [pathOnServer(near), 'b:2'],
  ]);
  const host = await serveGit(tmpdir(), (user, path) => {
    const [, address = ''] = /^(.*\/site\.git)/.exec(path) ?? [];
    return user === owners.get(address);
  });
  const other = await serveGit(tmpdir(), (user) => {
    seen.push(user);
    return user === 'c:3';
  });
  remote.addSubmodule('near', `../..${pathOnServer(near)}`, near);
  remote.addSubmodule('far', `${other.url}${pathOnServer(far)}`, far);
  const credentials = [
    { url: `${host.url}${pathOnServer(remote)}`, username: 'a', password: '1' },
    { url: `${host.url}${pathOnServer(near)}`, username: 'b', password: '2' },
    { url: other.url, username: 'c', password: '3' },
  ];
  const root = tempDir();
  const flags = [`--repo=${host.url}${pathOnServer(remote)}`, '--ref=main', `--root=${root}`, '--link=x', '--one-time'];
  expectDone(await runGitSync([...flags, ...credentials.map((entry) => `--credential=${JSON.stringify(entry)}`)]));
  expect([read(root, 'x', 'near', 'index.html'), read(root, 'x', 'far', 'index.html')]).toEqual(['one\n', 'one\n']);
  expect(seen.filter((user) => user !== '' && user !== 'c:3')).toEqual([]);
});

test('a wrong password fails without a prompt, and is not shown', async () => {
  const { server, root } = await served(() => false);
  const env = { GITSYNC_PASSWORD: 'hunter22' };
  const { code, text } = await runGitSync([...args(server.url, root), '--username=me', '-v=9'], { env });
  expect([code, text]).toEqual([1, expect.stringContaining('Authentication failed')]);
  expect(text).not.toContain('hunter22');
});

test('a password with a line break, which could forge fields, fails the pass', async () => {
  const file = join(tempDir(), 'password');
  writeFileSync(file, 'a\nhost=evil\n');
  const flags = [...args('http://127.0.0.1:9', tempDir()), '--username=me', `--password-file=${file}`];
  expect(await runGitSync(flags)).toMatchObject({ code: 1, text: expect.stringContaining('line break') });
});

test('a GitHub App gets a token with a signed JWT, and uses it until it nearly expires', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const tokens: string[] = [];
  const github = await serve((request, response) => {
    const [head = '', claims = '', signature = ''] = (request.headers.authorization ?? '').slice(7).split('.');
    const good = verify('sha256', Buffer.from(`${head}.${claims}`), publicKey, Buffer.from(signature, 'base64url'));
    const { iss } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { iss: string };
    if (!good || iss !== 'Iv1.abc' || request.url !== '/api/v3/app/installations/7/access_tokens') {
      response.writeHead(403).end();
      return;
    }
    tokens.push(`ghs_token${tokens.length}`);
    const expires = new Date(Date.now() + 3_600_000).toISOString();
    response.writeHead(201).end(JSON.stringify({ token: tokens.at(-1), expires_at: expires }));
  });
  const { remote, server, root } = await served((user) => user === `-:${tokens.at(-1)}`);
  const env = { GITSYNC_GITHUB_APP_PRIVATE_KEY: String(privateKey.export({ type: 'pkcs8', format: 'pem' })) };
  const app = [
    `--github-base-url=${github}/api/v3`,
    '--github-app-client-id=Iv1.abc',
    '--github-app-installation-id=7',
  ];
  startGitSync([...args(server.url, root).slice(0, 3), ...app, '--link=x', '--period=30ms'], { env });
  await waitFor('the first sync', () => publishedHash(join(root, 'x')) === remote.head());
  const next = remote.commit({ 'index.html': 'two\n' });
  await waitFor('the second sync', () => publishedHash(join(root, 'x')) === next);
  expect(tokens).toHaveLength(1);
});
