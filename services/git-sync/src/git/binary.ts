import { findOnPath } from '@podkit/chassis/process/programs';
import type { GitBinary } from './git.ts';

/** What simple-git takes as the name of a program. */
export const binaryPattern = /^[A-Za-z0-9/._~-]+$/;

/** How git is started: in a group of its own, where there is a setsid (Linux); else a deadline ends git alone. */
export function gitBinary(git: string, path: string): GitBinary {
  return findOnPath('setsid', path) === undefined ? [git] : ['setsid', git];
}
