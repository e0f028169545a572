import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@podkit/chassis/testing/free-port';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { expect, test } from 'vitest';
import { Remote } from './fixtures/remote.ts';
import { publishedHash, startGitSync } from './fixtures/run.ts';

const main = join(import.meta.dirname, 'fixtures', 'jumping-clock-main.ts');

test('goes on as before when the clock jumps: passes, readiness, and how long superseded worktrees are kept', async () => {
  const remote = await Remote.create();
  const root = tempDir();
  const port = await freePort();
  const flags = [`--repo=${remote.path}`, '--ref=main', `--root=${root}`, '--link=x', '--period=30ms'];
  const http = [`--http-bind=127.0.0.1:${port}`, '--stale-after=5m', '--stale-worktree-timeout=1h'];
  const service = startGitSync([...flags, ...http], { main });
  const published = (hash: string) => waitFor(`${hash} published`, () => publishedHash(join(root, 'x')) === hash);
  const hashes = [remote.head()];
  await published(remote.head());
  for (const signal of ['SIGUSR2', 'SIGHUP'] as const) {
    hashes.push(remote.commit({ 'index.html': `${signal}\n` }));
    await published(remote.head());
    service.child.kill(signal);
    await service.logged('the jump', (line) => line.jumped === (signal === 'SIGUSR2' ? 1 : -1) * 365 * 86_400_000);
    hashes.push(remote.commit({ 'index.html': `after ${signal}\n` }));
    await published(remote.head());
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
  }
  expect(readdirSync(join(root, '.worktrees')).sort()).toEqual(hashes.toSorted());
});
