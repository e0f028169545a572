import { setTimeout as sleep } from 'node:timers/promises';
import { deadline } from './deadline.ts';

/**
 * Wait until `condition` returns something other than undefined, null or false, and return that.
 * An error it throws counts as "not yet"; on time-out the last one is the cause. `timeout` is for a usual machine: `deadline` scales it.
 *
 * @throws {Error} saying what was waited for
 */
export async function waitFor<T>(
  what: string,
  condition: () => T | Promise<T>,
  { timeout = 30_000, interval = 20 }: { timeout?: number; interval?: number } = {},
): Promise<NonNullable<Exclude<T, false>>> {
  const allowed = deadline(timeout);
  const end = performance.now() + allowed;
  let cause: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value !== undefined && value !== null && value !== false) return value as NonNullable<Exclude<T, false>>;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > end) throw new Error(`waited ${allowed} ms for ${what}`, { cause });
    await sleep(interval);
  }
}
