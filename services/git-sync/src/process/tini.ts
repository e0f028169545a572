import { existsSync } from 'node:fs';

/** Where distributions install tini. */
const places = ['/usr/bin/tini', '/sbin/tini', '/usr/bin/tini-static'];

/**
 * Find an init to run under; undefined when this is not PID 1, or none is installed. Node as PID 1 does not reap the
 * orphans of a killed git or hook, which would fill the process table as zombies.
 */
export function findInit(pid: number): string | undefined {
  return pid === 1 ? places.find((path) => existsSync(path)) : undefined;
}

/** Run this program again under an init, where one is needed and found. */
export function runUnderInit(host: NodeJS.Process): void {
  const init = findInit(host.pid);
  const self = [host.execPath, ...host.execArgv, ...host.argv.slice(1)];
  if (init !== undefined) host.execve?.(init, [init, '--', ...self], host.env);
}
