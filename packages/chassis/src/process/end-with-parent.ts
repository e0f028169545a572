import { findOnPath } from './programs.ts';

/**
 * The command that runs a program which does not watch its parent by itself, such as redis-server: the kernel sends it SIGTERM
 * when the process that started it is gone, whatever ended that. Where there is no setpriv (util-linux), it is run as it is.
 */
export function endWithParent(
  program: string,
  args: readonly string[],
  path: string,
): { command: string; args: string[] } {
  const setpriv = findOnPath('setpriv', path);
  const found = program.includes('/') ? program : findOnPath(program, path);
  if (setpriv === undefined || found === undefined) return { command: program, args: [...args] };
  return { command: setpriv, args: ['--pdeathsig', 'TERM', '--', found, ...args] };
}
