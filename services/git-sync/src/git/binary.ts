import { findOnPath } from '@podkit/chassis/process/programs';
import type { GitBinary } from './git.ts';

/** The names of programs that simple-git accepts. */
export const binaryPattern = /^[A-Za-z0-9/._~-]+$/;

/** The program that runs git: `setsid git` starts a process group. Without setsid (macOS) a deadline ends git alone. */
export function gitBinary(git: string, path: string): GitBinary {
  return findOnPath('setsid', path) === undefined ? [git] : ['setsid', git];
}
