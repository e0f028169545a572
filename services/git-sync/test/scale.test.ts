import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@podkit/chassis/testing/free-port';
import { serve } from '@podkit/chassis/testing/serve';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { describe, expect, test } from 'vitest';
import { loadOptions } from '../src/config/load.ts';
import { readRepositories } from '../src/config/repositories.ts';
import type { Log } from '../src/log/log.ts';
import { Limit } from '../src/process/limit.ts';
import { ProcessError } from '../src/process/process-error.ts';
import { chooseDelay, parseRetryAfter } from '../src/sync/backoff.ts';
import { SyncLoop } from '../src/sync/sync-loop.ts';
import { gitIn, Remote } from './fixtures/remote.ts';
import { expectDone, publishedHash, runGitSync, startGitSync } from './fixtures/run.ts';
import { gitAfter, script } from './fixtures/script.ts';

const args = (remote: Remote, root: string) => [`--repo=${remote.path}`, '--ref=main', `--root=${root}`, '--link=x'];

/** A git that traces its protocol to a file. */
function tracingGit(): { path: string; trace: string } {
  const trace = join(tempDir(), 'trace');
  return { path: gitAfter(`export GIT_TRACE_PACKET=${trace}`), trace };
}

test('an idle pass asks the remote for the one ref, however many there are', async () => {
  const remote = await Remote.create();
  const root = tempDir();
  const git = tracingGit();
  const hash = remote.head();
  const refs = Array.from({ length: 500 }, (_, at) => `create refs/heads/many/${at} ${hash}\n`).join('');
  execFileSync('git', ['update-ref', '--stdin'], { cwd: remote.path, input: refs });
  const service = startGitSync([...args(remote, root), `--git=${git.path}`, '--period=20ms', '-v=5']);
  const passes = () => service.logs().filter((line) => String(line.cmd).includes('fetch')).length;
  await waitFor('several passes', () => passes() > 4);
  await service.stop();
  expect(readFileSync(git.trace, 'utf8')).not.toContain('refs/heads/many/');
});

test('an update takes the new commits, and not the history before a branch that was merged', async () => {
  const remote = await Remote.create();
  const root = tempDir();
  const old = remote.head();
  remote.commit({ 'index.html': 'two\n' });
  const service = startGitSync([...args(remote, root), '--period=20ms', '--git-gc=off']);
  await waitFor('the first pass', () => existsSync(join(root, 'x')));
  remote.git('checkout', '-q', '-b', 'branch', old);
  remote.commit({ 'other.html': 'x\n' });
  remote.git('checkout', '-q', 'main');
  remote.git('merge', '-q', '--no-ff', '-m', 'merge', 'branch');
  await waitFor('the merge', () => publishedHash(join(root, 'x')) === remote.head());
  await service.stop();
  expect(() => gitIn(root, 'cat-file', '-e', old)).toThrow('cat-file');
  expect(gitIn(root, 'rev-list', '--count', 'HEAD')).toBe('1');
});

function config(entries: string): string {
  const file = join(tempDir(), 'repositories.yaml');
  writeFileSync(file, `repositories:\n${entries}`);
  return file;
}

describe('several repositories', () => {
  test('one that is bad from the start, and one that fails later, leave the others in sync', async () => {
    const good = await Remote.create();
    const root = tempDir();
    const foreign = tempDir();
    const port = await freePort();
    writeFileSync(join(foreign, 'thesis.txt'), 'mine');
    const entries = [
      `- {name: good, repo: ${good.path}, ref: main, root: ${root}/good, link: x}`,
      `- {name: foreign, repo: ${good.path}, ref: main, root: ${foreign}, link: x}`,
      `- {name: away, repo: /nowhere, ref: main, root: ${root}/away, link: x, max-failures: "1"}`,
    ];
    const flags = [`--config-file=${config(entries.join('\n'))}`, '--period=50ms', `--http-bind=127.0.0.1:${port}`];
    const service = startGitSync(flags);
    await waitFor(
      'two that failed for good',
      () => service.logs().filter((line) => /failed for good/.test(String(line.msg))).length === 2,
    );
    const next = good.commit({ 'index.html': 'two\n' });
    await waitFor('the good one', () => publishedHash(join(root, 'good', 'x')) === next);
    const status = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
    const statuses = await Promise.all(['/readyz', '/readyz/good', '/readyz/foreign', '/readyz/none'].map(status));
    expect(statuses).toEqual([503, 200, 503, 404]);
    expect((await service.stop('SIGTERM')).code).toBe(0);
  });

  test('a ref in YAML is its text, whatever it looks like', async () => {
    const entries = ['1.10', '0x10', 'true', '1_000', '2026-01-01'];
    const yaml = entries.map((ref, at) => `- {name: r${at}, repo: /r, root: /tmp/r${at}, ref: ${ref}}`).join('\n');
    const named = await readRepositories(loadOptions({}, [`--config-file=${config(yaml)}`]).options);
    expect(named.map(({ options }) => options.ref)).toEqual(entries);
  });
});

test('no more passes run at once than the limit', async () => {
  const limit = new Limit(2);
  let running = 0;
  let most = 0;
  const work = async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
  };
  const failing = limit.run(() => Promise.reject(new Error('no')));
  await Promise.allSettled([failing, ...Array.from({ length: 20 }, () => limit.run(work))]);
  expect([running, most]).toEqual([0, 2]);
});

test('no more than four repositories are fetched at once, and the others follow', async () => {
  const remote = await Remote.create();
  const root = tempDir();
  const marks = join(tempDir(), 'marks');
  const hold = `echo + >> ${marks}; while [ ! -e ${marks}.go ]; do sleep 0.02; done; echo - >> ${marks}`;
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const entries = names.map((name) => `- {name: ${name}, repo: ${remote.path}, root: ${root}/${name}, link: x}`);
  const flags = [
    `--config-file=${config(entries.join('\n'))}`,
    `--git=${gitAfter(`if [ "$1" = fetch ]; then ${hold}; fi`)}`,
  ];
  const service = startGitSync([...flags, '--one-time']);
  const lines = () => readFileSync(marks, 'utf8').trim().split('\n');
  await waitFor('four fetches', () => lines().length === 4);
  writeFileSync(`${marks}.go`, '');
  expect((await service.exited).code).toBe(0);
  let running = 0;
  const counts = lines().map((mark) => (running += mark === '+' ? 1 : -1));
  expect([Math.max(...counts), counts.length]).toEqual([4, 12]);
});

test('a pass that waits for room when it is stopped does not begin', async () => {
  const limit = new Limit(1);
  const gate = Promise.withResolvers<void>();
  const passes: string[] = [];
  const loop = (name: string) =>
    new SyncLoop({
      syncer: {
        pass: async () => {
          passes.push(name);
          await gate.promise;
          return { tree: { hash: '', path: '' }, changed: false, first: true };
        },
        cleanup: async () => undefined,
      },
      log: undefined as unknown as Log,
      ref: 'main',
      period: 1,
      initPeriod: 0,
      timeout: 60_000,
      maxFailures: 0,
      initMaxFailures: undefined,
      oneTime: false,
      onSuccess: async () => undefined,
      onFailure: () => undefined,
      limit,
    });
  const loops = [loop('first'), loop('second')];
  const ended = loops.map((one) => one.run());
  for (const one of loops) one.stop();
  gate.resolve();
  await Promise.all(ended);
  expect(passes).toEqual(['first']);
});

function wait(failures: number, error?: unknown, random = 0): number {
  return chooseDelay({ period: 100, failures, error }, () => random);
}

test('the wait doubles after failures, is spread, and follows what a server asks', () => {
  expect([0, 1, 2, 3, 4, 9].map((failures) => wait(failures))).toEqual([100, 100, 200, 400, 800, 800]);
  expect(wait(0, undefined, 1)).toBeCloseTo(110);
  const asked = new Error('failed', { cause: Object.assign(new Error('429'), { retryAfter: 5000 }) });
  expect(wait(1, asked)).toBe(5000);
  expect(wait(1, Object.assign(new Error('x'), { retryAfter: 1e12 }))).toBe(3_600_000);
  expect([parseRetryAfter('7'), parseRetryAfter('never'), parseRetryAfter(null)]).toEqual([7000, 0, 0]);
  expect(parseRetryAfter('Thu, 01 Jan 1970 00:00:09 GMT', 1000)).toBe(8000);
});

/** A server that refuses everything with 429 and counts how often it did. */
async function limitingServer(): Promise<{ url: string; asked: () => number }> {
  let asked = 0;
  const url = await serve((_request, response) => {
    asked += 1;
    response.writeHead(429, { 'retry-after': '3600' }).end();
  });
  return { url, asked: () => asked };
}

test('a server that answers 429 with Retry-After gets no further request in that time, while the other repositories continue', async () => {
  const remote = await Remote.create();
  const root = tempDir();
  const server = await limitingServer();
  const entries = [
    `- {name: good, repo: ${remote.path}, ref: main, root: ${root}/good, link: x}`,
    `- {name: limited, repo: ${remote.path}, ref: main, root: ${root}/limited, link: x, askpass-url: "${server.url}"}`,
  ];
  const flags = [`--config-file=${config(entries.join('\n'))}`, '--period=20ms', '--max-failures=-1', '-v=5'];
  const service = startGitSync(flags);
  const passes = () =>
    service.logs().filter(({ repository, cmd }) => repository === 'good' && /fetch/.test(String(cmd)));
  await waitFor('many passes of the other', () => server.asked() > 0 && passes().length > 20);
  expect(server.asked()).toBe(1);
});

test('a remote that answers 429 is asked again after eight times the period: git does not report its Retry-After', async () => {
  const { url } = await limitingServer();
  const flags = [`--repo=${url}/x.git`, `--root=${tempDir()}`, '--link=x', '--one-time', '--max-failures=1'];
  const { text } = await runGitSync(flags);
  expect(text).toContain('returned error: 429');
  const refused = new ProcessError('git fetch', 128, { stdout: '', stderr: text });
  expect(wait(1, refused)).toBe(800);
});

test('a repository with SHA-256 is synced', async () => {
  const remote = tempDir();
  const root = tempDir();
  const git = (...words: string[]) => execFileSync('git', words, { cwd: remote, encoding: 'utf8' }).trim();
  git('init', '-q', '-b', 'main', '--object-format=sha256');
  writeFileSync(join(remote, 'a'), 'a');
  git('add', 'a');
  git('-c', 'user.name=T', '-c', 'user.email=t@example.org', 'commit', '-q', '-m', 'one');
  const run = () => runGitSync([`--repo=${remote}`, '--ref=main', `--root=${root}`, '--link=x', '--one-time']);
  expectDone(await run());
  expectDone(await run());
  expect([publishedHash(join(root, 'x')), git('rev-parse', 'HEAD').length]).toEqual([git('rev-parse', 'HEAD'), 64]);
});

test('a git that does not know GIT_CONFIG_GLOBAL is refused', async () => {
  const git = script('echo git version 2.31.8');
  const { code, text } = await runGitSync([...args(await Remote.create(), tempDir()), `--git=${git}`, '--one-time']);
  expect([code, text]).toEqual([1, expect.stringContaining('2.32 or newer is needed')]);
});

test('a gitlink without an entry in .gitmodules, beside a submodule, fails as in git, with its path in the error', async () => {
  const remote = await Remote.create();
  const other = await Remote.create();
  const root = tempDir();
  remote.addSubmodule('known', other.path, other);
  remote.git('update-index', '--add', '--cacheinfo', `160000,${other.head()},orphan`);
  mkdirSync(join(remote.path, 'orphan'));
  remote.commit({});
  const allow = '--git-config=protocol.file.allow:always';
  const { code, text } = await runGitSync([...args(remote, root), allow, '--one-time', '--error-file=error']);
  expect([code, text]).toEqual([1, expect.stringContaining('orphan')]);
  expect(existsSync(join(root, 'x'))).toBe(false);
});
