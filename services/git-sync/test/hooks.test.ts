import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { isRunning } from '@podkit/chassis/testing/is-running';
import { serve } from '@podkit/chassis/testing/serve';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { describe, expect, test } from 'vitest';
import { Remote } from './fixtures/remote.ts';
import { expectDone, publishedHash, read, runGitSync, startGitSync } from './fixtures/run.ts';
import { script } from './fixtures/script.ts';

const args = (remote: Remote, root: string) => [
  `--repo=${remote.path}`,
  '--ref=main',
  `--root=${root}`,
  '--link=current',
];

test('the exechook runs in the new tree with its arguments and the hash, and without our secrets', async () => {
  const remote = await Remote.create();
  const root = tempDir();
  const out = join(tempDir(), 'out');
  const hook = script(`{ pwd; echo "$GITSYNC_HASH"; echo "$1"; echo "[$GITSYNC_TRIGGER_SECRET]"; } > ${out}`);
  const flags = ['--one-time', `--exechook-command=${hook}`, '--exechook-arg=$(a b)', '--http-bind=127.0.0.1:0'];
  const env = { GITSYNC_TRIGGER_SECRET: 'hunter22' };
  expectDone(await runGitSync([...args(remote, root), ...flags], { env }));
  expect(read(out).split('\n')).toEqual([join(root, '.worktrees', remote.head()), remote.head(), '$(a b)', '[]', '']);
});

test('a failing hook ends a one-time run with 1 after one pass, with the tree published, however many failures are allowed', async () => {
  const remote = await Remote.create();
  const root = tempDir();
  const { code, text } = await runGitSync([
    ...args(remote, root),
    '--one-time',
    '--max-failures=-1',
    `--exechook-command=${script('echo oh >&2; exit 7')}`,
  ]);
  expect([code, text]).toEqual([1, expect.stringMatching(/exit code 7: oh/)]);
  expect(text.split('updated successfully')).toHaveLength(2);
  expect(publishedHash(join(root, 'current'))).toBe(remote.head());
});

test('a failed hook is repeated, with the newest hash', async () => {
  const remote = await Remote.create();
  const root = tempDir();
  const out = join(tempDir(), 'out');
  const hook = script(`echo "$GITSYNC_HASH" >> ${out}; test -e ${out}.go`);
  startGitSync([...args(remote, root), '--period=30ms', `--exechook-command=${hook}`, '--exechook-backoff=1s']);
  await waitFor('the first run', () => existsSync(out));
  const next = remote.commit({ 'index.html': 'two\n' });
  await waitFor('the update', () => publishedHash(join(root, 'current')) === next);
  writeFileSync(`${out}.go`, '');
  await waitFor('the second run', () => readFileSync(out, 'utf8').trim().split('\n').at(-1) === next);
});

test('a hook that hangs is ended with everything it started', async () => {
  const remote = await Remote.create();
  const root = tempDir();
  const out = join(tempDir(), 'pid');
  const hook = script(`sleep 300 & echo $! > ${out}; wait`);
  const run = await runGitSync([
    ...args(remote, root),
    '--one-time',
    `--exechook-command=${hook}`,
    '--exechook-timeout=1s',
  ]);
  expect(run).toMatchObject({ code: 1, text: expect.stringContaining('timed out after 1000 ms') });
  await waitFor('the grandchild to be gone', () => !isRunning(read(out)));
});

test('a pre-publish hook with a veto decides whether the link moves', async () => {
  const remote = await Remote.create();
  const root = tempDir();
  const gate = join(tempDir(), 'gate');
  const flags = [
    `--pre-publish-exechook-command=${script(`test -e index.html && test -e ${gate}`)}`,
    '--pre-publish-veto',
  ];
  expect((await runGitSync([...args(remote, root), '--one-time', ...flags])).code).toBe(1);
  expect(existsSync(join(root, 'current'))).toBe(false);
  writeFileSync(gate, '');
  expectDone(await runGitSync([...args(remote, root), '--one-time', ...flags]));
  expect(publishedHash(join(root, 'current'))).toBe(remote.head());
});

test('limits of hooks that are longer than a timer of Node still let them finish', async () => {
  const remote = await Remote.create();
  const url = await serve((_request, response) => response.end());
  const limits = ['--exechook-timeout=1000h', '--webhook-timeout=1000h'];
  const hooks = [`--exechook-command=${script('sleep 0.2')}`, `--webhook-url=${url}`];
  expectDone(await runGitSync([...args(remote, tempDir()), '--one-time', ...limits, ...hooks]));
});

describe('a pre-publish hook without a veto', () => {
  test('runs for the new tree before it is published, and delays nothing', async () => {
    const remote = await Remote.create();
    const root = tempDir();
    const out = join(tempDir(), 'out');
    const hook = script(`echo "$GITSYNC_HASH $(pwd)" >> ${out}; while [ ! -e ${out}.go ]; do sleep 0.02; done`);
    const flags = ['--period=30ms', `--pre-publish-exechook-command=${hook}`, '-v=1'];
    const service = startGitSync([...args(remote, root), ...flags]);
    await waitFor('the hook', () => existsSync(out));
    await service.logged('the update', (line) => line.msg === 'updated successfully');
    expect(publishedHash(join(root, 'current'))).toBe(remote.head());
    expect(service.logs().some((line) => line.msg === 'exechook succeeded')).toBe(false);
    const messages = service.logs().map(({ msg }) => msg);
    expect(messages.indexOf('running exechook')).toBeLessThan(messages.indexOf('updated successfully'));
    writeFileSync(`${out}.go`, '');
    await service.logged('its end', (line) => line.msg === 'exechook succeeded');
    expect(read(out)).toBe(`${remote.head()} ${join(root, '.worktrees', remote.head())}\n`);
  });

  test('does not run when a start finds nothing new', async () => {
    const remote = await Remote.create();
    const root = tempDir();
    const out = join(tempDir(), 'out');
    const flags = ['--one-time', `--pre-publish-exechook-command=${script(`echo ran >> ${out}`)}`];
    expectDone(await runGitSync([...args(remote, root), ...flags]));
    expectDone(await runGitSync([...args(remote, root), ...flags]));
    expect(read(out)).toBe('ran\n');
  });

  test('that fails is repeated, ends a one-time run with 1, and keeps nothing from being published', async () => {
    const remote = await Remote.create();
    const root = tempDir();
    const out = join(tempDir(), 'out');
    const hook = `--pre-publish-exechook-command=${script(`echo ran >> ${out}; test -e ${out}.go`)}`;
    expect((await runGitSync([...args(remote, root), '--one-time', hook])).code).toBe(1);
    expect(publishedHash(join(root, 'current'))).toBe(remote.head());
    remote.commit({ 'index.html': 'two\n' });
    const service = startGitSync([...args(remote, root), hook, '--pre-publish-exechook-backoff=1s', '-v=1']);
    await service.logged('a failure', (line) => line.msg === 'pre-publish-exechook failed');
    await waitFor('the commit all the same', () => publishedHash(join(root, 'current')) === remote.head());
    writeFileSync(`${out}.go`, '');
    await service.logged('the success', (line) => line.msg === 'exechook succeeded');
  });
});

test('the webhook is repeated until its status is the one wanted, and gets the hash in a header', async () => {
  const remote = await Remote.create();
  const root = tempDir();
  const requests: IncomingMessage[] = [];
  const url = await serve((request, response) => {
    requests.push(request);
    response.writeHead(requests.length === 1 ? 500 : 204).end();
  });
  const flags = [
    `--webhook-url=${url}/done`,
    '--webhook-method=PUT',
    '--webhook-success-status=204',
    '--webhook-backoff=1s',
  ];
  startGitSync([...args(remote, root), ...flags]);
  await waitFor('two requests', () => requests.length === 2);
  expect([requests[1]?.method, requests[1]?.headers['gitsync-hash']]).toEqual(['PUT', remote.head()]);
  expect(requests[1]?.socket, 'the connection of the first is kept').toBe(requests[0]?.socket);
});

test('the touch file is touched by a change and the first pass, and by no other pass', async () => {
  const remote = await Remote.create();
  const root = tempDir();
  const service = startGitSync([...args(remote, root), '--period=20ms', '--touch-file=t/touched', '-v=5']);
  await waitFor('the touch file', () => existsSync(join(root, 't', 'touched')));
  writeFileSync(join(root, 't', 'touched'), 'seen');
  const fetches = () => service.logs().filter((line) => String(line.cmd).includes('git fetch')).length;
  const before = fetches();
  await waitFor('three idle passes', () => fetches() > before + 3);
  expect(read(root, 't', 'touched')).toBe('seen');
});
