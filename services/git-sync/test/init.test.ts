import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { expect, test } from 'vitest';
import { findInit } from '../src/process/tini.ts';
import { Remote } from './fixtures/remote.ts';
import { script } from './fixtures/script.ts';

const namespace = ['--pid', '--fork', '--mount-proc'];
const canUnshare = spawnSync('unshare', [...namespace, 'true']).status === 0;
const hasInit = findInit(1) !== undefined;

test('needs an init as process 1 only', () => {
  expect(findInit(2)).toBe(undefined);
});

test.runIf(canUnshare && hasInit)('as process 1 leaves no zombie of what its hooks left behind', async () => {
  const remote = await Remote.create();
  const root = tempDir();
  const seen = join(tempDir(), 'seen');
  // Its orphan ends before it does; an init has reaped that by the time nothing of it is listed any more.
  const hook = script(`(sleep 0.01 &)
for i in 1 2 3 4 5 6 7 8 9 10; do
  grep -l '^Name:.sleep' /proc/[0-9]*/status > ${seen} 2>/dev/null
  test -s ${seen} || exit 0
  sleep 0.1 & wait
done`);
  const main = join(import.meta.dirname, '..', 'src', 'main.ts');
  const args = [
    main,
    `--repo=${remote.path}`,
    '--ref=main',
    `--root=${root}`,
    '--one-time',
    `--exechook-command=${hook}`,
  ];
  const child = spawn('unshare', [...namespace, process.execPath, ...args], { stdio: 'ignore' });
  const [code] = (await once(child, 'exit')) as [number];
  expect([code, existsSync(seen) && readFileSync(seen, 'utf8')]).toEqual([0, '']);
});
