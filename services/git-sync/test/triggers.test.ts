import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@podkit/chassis/testing/free-port';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { expect, test } from 'vitest';
import { Remote } from './fixtures/remote.ts';
import { publishedHash, startGitSync } from './fixtures/run.ts';

const refs = ['HEAD', 'branch', 'tag', 'annotated tag', 'hash'] as const;
const triggers = ['none', 'period', 'SIGHUP', 'POST /sync'] as const;
const secret = 'correct horse';

function makeRef(remote: Remote, kind: (typeof refs)[number]): string {
  if (kind === 'hash') return remote.head();
  remote.git('tag', 'light');
  remote.git('tag', '-a', '-m', 'x', 'heavy');
  return { HEAD: 'HEAD', branch: 'main', tag: 'light', 'annotated tag': 'heavy' }[kind];
}

const cases = refs.flatMap((ref) => triggers.map((trigger) => [ref, trigger] as const));

test.each(cases)('a %s with the trigger %s goes on answering, and stops on SIGTERM', async (kind, trigger) => {
  const remote = await Remote.create();
  const root = tempDir();
  const port = await freePort();
  const ref = makeRef(remote, kind);
  const moves = kind === 'HEAD' || kind === 'branch';
  const period = trigger === 'period' ? '20ms' : '1h';
  const flags = [`--root=${root}`, '--link=x', `--period=${period}`, '--sync-on-signal=HUP'];
  const service = startGitSync([`--repo=${remote.path}`, `--ref=${ref}`, `--http-bind=127.0.0.1:${port}`, ...flags], {
    env: { GITSYNC_TRIGGER_SECRET: secret },
  });
  const request = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init);
  await waitFor('the first pass', async () => existsSync(join(root, 'x')) && (await request('/')).status === 200);
  const first = publishedHash(join(root, 'x'));
  const next = remote.commit({ 'index.html': 'two\n' });
  const headers = { authorization: `Bearer ${secret}` };
  for (let time = 0; time < 3; time += 1) {
    if (trigger === 'SIGHUP') service.child.kill('SIGHUP');
    if (trigger === 'POST /sync') await request('/sync', { method: 'POST', headers });
    expect((await request('/livez')).status).toBe(200);
  }
  const expected = moves && trigger !== 'none' ? next : first;
  await waitFor('what the ref names', () => publishedHash(join(root, 'x')) === expected);
  expect((await service.stop('SIGTERM')).code).toBe(0);
});
