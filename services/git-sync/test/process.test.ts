import { chmodSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deadline } from '@podkit/chassis/testing/deadline';
import { freePort } from '@podkit/chassis/testing/free-port';
import { isRunning } from '@podkit/chassis/testing/is-running';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { describe, expect, test } from 'vitest';
import { Remote } from './fixtures/remote.ts';
import { expectDone, publishedHash, read, runGitSync, spawnGitSync, startGitSync } from './fixtures/run.ts';
import { gitAfter } from './fixtures/script.ts';

const args = (remote: Remote, root: string) => [`--repo=${remote.path}`, '--ref=main', `--root=${root}`, '--link=x'];

/** The real git, with a shell command before each fetch. */
const gitThat = (before: string) => gitAfter(`if [ "$1" = fetch ]; then ${before}; fi`);

describe('stopping', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('%s while idle ends with 0 and leaves no private files', async (signal) => {
    const remote = await Remote.create();
    const root = tempDir();
    const temporary = tempDir();
    const service = startGitSync(args(remote, root), { env: { TMPDIR: temporary } });
    await waitFor('the link', () => existsSync(join(root, 'x')));
    expect(await service.stop(signal)).toEqual({ code: 0, signal: null });
    expect(readdirSync(temporary)).toEqual([]);
  });

  test('lets a pass in flight finish', async () => {
    const remote = await Remote.create();
    const root = tempDir();
    const mark = join(tempDir(), 'mark');
    const git = gitThat(`touch ${mark}; while [ ! -e ${mark}.go ]; do sleep 0.02; done`);
    const service = startGitSync([...args(remote, root), `--git=${git}`]);
    await waitFor('the fetch', () => existsSync(mark));
    const ended = service.stop('SIGTERM');
    await service.logged('the stop', (line) => line.state === 'draining');
    writeFileSync(`${mark}.go`, '');
    expect((await ended).code).toBe(0);
    expect(publishedHash(join(root, 'x'))).toBe(remote.head());
  });

  test('ends a pass that takes too long, with all its processes, and the next start recovers', async () => {
    const remote = await Remote.create();
    const root = tempDir();
    const pid = join(tempDir(), 'pid');
    const git = gitThat(`sleep 300 & echo $! > ${pid}; wait`);
    const env = { SHUTDOWN_TIMEOUT: '5s' };
    const service = startGitSync([...args(remote, root), `--git=${git}`], { env });
    await waitFor('the fetch', () => existsSync(pid) && read(pid) !== '');
    expect((await service.stop('SIGTERM')).code).toBe(0);
    await waitFor('the grandchild to be gone', () => !isRunning(read(pid)));
    expectDone(await runGitSync([...args(remote, root), '--one-time']));
  });

  test('a one-time run that is stopped ends with 143', async () => {
    const remote = await Remote.create();
    const root = tempDir();
    const mark = join(tempDir(), 'mark');
    const git = gitThat(`touch ${mark}; sleep 300`);
    const service = startGitSync([...args(remote, root), '--one-time', `--git=${git}`], {
      env: { SHUTDOWN_TIMEOUT: '5s' },
    });
    await waitFor('the fetch', () => existsSync(mark));
    expect((await service.stop('SIGTERM')).code).toBe(143);
  });
});

test('goes on when the reader of its log is gone, says so in a metric, and stops in order', async () => {
  const remote = await Remote.create();
  const root = tempDir();
  const port = await freePort();
  const flags = [`--http-bind=127.0.0.1:${port}`, '--http-metrics', '--period=50ms'];
  const service = startGitSync([...args(remote, root), ...flags]);
  await waitFor('the link', () => existsSync(join(root, 'x')));
  service.child.stderr?.destroy();
  const next = remote.commit({ 'index.html': 'two\n' });
  await waitFor('the next commit', () => publishedHash(join(root, 'x')) === next);
  const metrics = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  await waitFor('the metric', async () => (await metrics()).includes('\npodkit_log_output_broken 1\n'));
  expect(await service.stop()).toEqual({ code: 0, signal: null });
});

test('stops in order when the process that started it is gone', async () => {
  const remote = await Remote.create();
  const root = tempDir();
  const service = startGitSync(args(remote, root));
  await waitFor('the link', () => existsSync(join(root, 'x')));
  service.child.stdio[3]?.destroy();
  expect(await service.exited).toEqual({ code: 0, signal: null });
});

test('a pass that takes longer than --sync-timeout is ended with all its processes', async () => {
  const remote = await Remote.create();
  const root = tempDir();
  const pid = join(tempDir(), 'pid');
  const git = gitThat(`sleep 300 & echo $! > ${pid}; wait`);
  const timeout = deadline(500);
  const flags = ['--one-time', `--git=${git}`, `--sync-timeout=${timeout}ms`];
  const run = await runGitSync([...args(remote, root), ...flags]);
  expect(run).toMatchObject({ code: 1, text: expect.stringContaining(`timed out after ${timeout} ms`) });
  await waitFor('the grandchild to be gone', () => !isRunning(read(pid)));
});

describe('failures', () => {
  test.each([
    ['--max-failures=0', 1],
    ['--max-failures=1', 1],
    ['--max-failures=3', 3],
    ['--init-max-failures=2', 2],
  ])('%s allows %d before the first success', async (flag, count) => {
    const flags = ['--repo=/nowhere', `--root=${tempDir()}`, '--init-period=10ms', flag];
    const { code, text } = await runGitSync(flags);
    expect([code, text.split('will retry').length - 1]).toEqual([1, count]);
  });
});

test('syncs at once on --sync-on-signal', async () => {
  const remote = await Remote.create();
  const root = tempDir();
  const service = startGitSync([...args(remote, root), '--period=1h', '--sync-on-signal=HUP']);
  await waitFor('the link', () => existsSync(join(root, 'x')));
  const next = remote.commit({ 'index.html': 'two\n' });
  service.child.kill('SIGHUP');
  await waitFor('the next commit', () => publishedHash(join(root, 'x')) === next);
});

test('a ref that is a full hash is synced once, and needs no remote after a restart', async () => {
  const remote = await Remote.create();
  const root = tempDir();
  const flags = [...args(remote, root), `--ref=${remote.head()}`];
  const service = startGitSync(flags);
  await service.logged('the end', (line) => String(line.msg).includes('no further sync needed'));
  await service.stop();
  expectDone(await runGitSync([...flags, '--repo=/nowhere', '--one-time']));
});

test('an idle pass starts one git', async () => {
  const remote = await Remote.create();
  const root = tempDir();
  const service = startGitSync([...args(remote, root), '--period=20ms', '-v=5']);
  const commands = () =>
    service
      .logs()
      .filter((line) => line.msg === 'running command')
      .map((line) => String(line.cmd).replace(/^\S+ /, ''));
  const fetch = `fetch --no-progress --no-tags --no-auto-gc --no-recurse-submodules --end-of-options ${remote.path} main`;
  // The passes before have published the first commit and checked once the configuration that this wrote.
  await waitFor('five passes in a row that start one git each', () => {
    const latest = commands().slice(-5);
    return latest.length === 5 && latest.every((command) => command === fetch);
  });
});

test('the program of --git gets the address in its arguments, as with upstream', async () => {
  const remote = await Remote.create();
  const root = tempDir();
  const address = `file://${remote.path}`;
  const git = gitThat(`echo " $* " | grep -qF " ${address} " || exit 9`);
  const flags = [`--repo=${address}`, '--ref=main', `--root=${root}`, '--link=x', '--one-time', `--git=${git}`];
  expectDone(await runGitSync(flags));
  expect(publishedHash(join(root, 'x'))).toBe(remote.head());
});

test('keeps several repositories in sync, with metrics of their own', async () => {
  const one = await Remote.create();
  const two = await Remote.create({ b: 'b' });
  const root = tempDir();
  const port = await freePort();
  const file = join(tempDir(), 'repositories.yaml');
  const entry = (name: string, { path }: Remote) =>
    `- {name: ${name}, repo: ${path}, root: ${root}/${name}, link: x}\n`;
  writeFileSync(file, `repositories:\n${entry('one', one)}${entry('two', two)}`);
  const flags = [
    `--config-file=${file}`,
    '--ref=main',
    `--http-bind=127.0.0.1:${port}`,
    '--http-metrics',
    '--period=50ms',
  ];
  startGitSync(flags);
  const published = (name: string) => publishedHash(join(root, name, 'x'));
  await waitFor('both', () => published('one') === one.head() && published('two') === two.head());
  const next = two.commit({ b: 'c' });
  await waitFor('the second', () => published('two') === next);
  expect(published('one')).toBe(one.head());
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  expect(metrics).toContain(`git_sync_hash_info{repository="one",hash="${one.head()}"} 1`);
});

test.runIf(process.getuid?.() === 0)('runs as any user, with neither HOME nor a writable TMPDIR', async () => {
  const remote = await Remote.create();
  const root = tempDir();
  chmodSync(root, 0o777);
  chmodSync(join(remote.path, '..'), 0o755);
  const setpriv = join(tempDir(), 'run.mjs');
  const main = join(import.meta.dirname, '..', 'src', 'main.ts');
  writeFileSync(setpriv, `process.setgid(54321); process.setuid(54321); await import(${JSON.stringify(main)});`);
  chmodSync(join(setpriv, '..'), 0o755);
  const env = { HOME: '', TMPDIR: '/proc', NODE_COMPILE_CACHE: '' };
  expectDone(await spawnGitSync([...args(remote, root), '--one-time'], { main: setpriv, env }));
  expect(publishedHash(join(root, 'x'))).toBe(remote.head());
});
