import { existsSync } from 'node:fs';

/** Where distributions install tini, an init that reaps orphaned processes. */
const places = ['/usr/bin/tini', '/sbin/tini', '/usr/bin/tini-static'];

/**
 * The init to run under, or undefined where none is needed or there is none. Node as PID 1 handles signals, but leaves
 * the grandchildren of a killed git or hook as zombies, which in the end fill the process table.
 */
export function initFor(pid: number): string | undefined {
  return pid === 1 ? places.find((path) => existsSync(path)) : undefined;
}
