import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@podkit/chassis/testing/free-port';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { expect, test } from 'vitest';
import { Remote } from './fixtures/remote.ts';
import { startGitSync } from './fixtures/run.ts';

const main = join(import.meta.dirname, 'fixtures', 'listing-main.ts');

/** The packages that a process has loaded once its first pass is done. */
async function loadedBy(...flags: string[]): Promise<string[]> {
  const remote = await Remote.create();
  const root = tempDir();
  const list = join(tempDir(), 'list');
  const args = [`--repo=${remote.path}`, '--ref=main', `--root=${root}`, '--link=x', ...flags];
  const service = startGitSync(args, { main, env: { LOADED_TO: list, NODE_COMPILE_CACHE: '' } });
  await service.logged('the first pass', (line) => line.msg === 'updated successfully');
  await service.stop('SIGTERM');
  return waitFor('the list', () => JSON.parse(readFileSync(list, 'utf8')) as string[]);
}

const bind = async () => `--http-bind=127.0.0.1:${await freePort()}`;

test('loads the HTTP server and the metrics only where a setting needs them', async () => {
  const [plain, http, metrics] = await Promise.all([
    loadedBy(),
    loadedBy(await bind()),
    loadedBy(await bind(), '--http-metrics'),
  ]);
  expect(plain).toEqual(expect.arrayContaining(['pino', 'simple-git']));
  expect(plain.filter((name) => ['fastify', 'prom-client', 'undici', 'jose'].includes(name))).toEqual([]);
  expect(http).toContain('fastify');
  expect(metrics).toContain('prom-client');
});
