import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnService } from '@podkit/chassis/testing/spawn-service';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { describe, expect, test } from 'vitest';

const main = join(import.meta.dirname, 'fixtures', 'exec-as-child.ts');
const env = { DOWNWARD_DIR: '/nowhere', PATH: process.env.PATH ?? '' };
const start = (script: string) => spawnService(main, { args: ['exec', '--', 'sh', '-c', script], env });

// Where a PID namespace may be made; elsewhere the test is shown as skipped.
const namespace = ['--user', '--map-root-user', '--pid', '--fork'];
const canUnshare = spawnSync('unshare', [...namespace, 'true']).status === 0;

describe('downward-reader exec where execve is missing', () => {
  test('runs the program as a child with its own name, its input and the settings', () => {
    const args = ['exec', '--pools=OWN=memory/4', '--', 'sh', '-c', 'read line; echo "$0 $OWN $line"', 'name'];
    const limits = { ...env, MEMORY_LIMIT_MI: '256', DOWNWARD_CGROUP: 'none' };
    const { stdout, status } = spawnSync(process.execPath, [main, ...args], { env: limits, input: 'hello\n' });
    expect([String(stdout), status]).toEqual(['name 64 hello\n', 0]);
  });

  test('ends with the exit code of the child', async () => {
    expect(await start('exit 7').exited).toEqual({ code: 7, signal: null });
  });

  test.each(['SIGKILL', 'SIGTERM', 'SIGUSR2'] as const)('ends by %s where the child did', async (signal) => {
    expect(await start(`kill -${signal.slice(3)} $$`).exited).toEqual({ code: null, signal });
  });

  test.each(['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGCONT', 'SIGWINCH'] as const)(
    'passes %s on to the child, and waits for how that ends',
    async (signal) => {
      const name = signal.slice(3);
      const service = start(`trap "echo got ${name}; exit 42" ${name}; echo up; while :; do sleep 0.02; done`);
      await waitFor('the program', () => service.output.includes('up'));
      expect(await service.stop(signal)).toEqual({ code: 42, signal: null });
      expect(service.output).toEqual(['up', `got ${name}`]);
    },
  );

  test('ends with 126 where the system refuses to run the file', async () => {
    const path = join(tempDir(), 'program');
    writeFileSync(path, '#!/no/such/interpreter\n', { mode: 0o755 });
    const service = spawnService(main, { args: ['exec', '--', path], env });
    expect(await service.exited).toEqual({ code: 126, signal: null });
    expect(service.output.join()).toContain(`downward-reader: ${path}: cannot be run: spawn`);
  });

  test.runIf(canUnshare)('tells as PID 1 that orphans stay, and ends with 128 and the signal', () => {
    const words = [...namespace, process.execPath, main, 'exec'];
    const { stderr, status } = spawnSync('unshare', [...words, '--', 'sh', '-c', 'kill -KILL $$'], { env });
    expect(String(stderr)).toContain('PID 1 without execve: orphans are not reaped');
    expect(status).toBe(137);
  });
});
