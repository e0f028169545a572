import { spawnSync } from 'node:child_process';
import { availableParallelism, loadavg } from 'node:os';

/** Milliseconds that `node -e 0` takes on the machine for which the deadlines were written. */
const usualStart = 40;
const variable = 'PODKIT_TEST_SLOWNESS';

/**
 * How many times longer this machine takes than the usual one, 1 to 10: the larger of what the start of a Node process and the load show.
 * Measured once in a test run: the environment passes it on to vitest's workers. Set `PODKIT_TEST_SLOWNESS` to choose it.
 */
export function slowness(): number {
  process.env[variable] ??= String(measure());
  return Number(process.env[variable]);
}

function measure(): number {
  const starts = [1, 2, 3].map(() => {
    const began = performance.now();
    spawnSync(process.execPath, ['-e', '0']);
    return performance.now() - began;
  });
  const [load = 0] = loadavg();
  const factor = Math.max(1, Math.max(...starts) / usualStart, load / availableParallelism());
  return Math.min(10, Math.round(factor * 10) / 10);
}

/**
 * The one source of the tests' deadlines: milliseconds after which a wait has failed, from what would be ample on the usual machine.
 * A test never waits for time to pass, so a long deadline costs nothing unless the test fails.
 */
export function deadline(milliseconds = 30_000): number {
  return Math.round(milliseconds * slowness());
}
