import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/*
 * The whole fault sweep: SIGKILL at every step of a first pass and of an update, and at random times. `npm test` kills at
 * every fifth step. Usage: npm run bench -- git-sync/crash-sweep
 */
const root = join(import.meta.dirname, '..', '..');
const { status } = spawnSync('vitest', ['run', '--project', 'git-sync', 'crash'], {
  cwd: root,
  stdio: 'inherit',
  env: {
    ...process.env,
    PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH}`,
    CRASH_STRIDE: '1',
    CRASH_RANDOM: '60',
  },
});
process.exitCode = status ?? 1;
