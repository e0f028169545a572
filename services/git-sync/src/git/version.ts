import { simpleGit } from 'simple-git';
import type { Log } from '../log/log.ts';

/** The first releases of each line without CVE-2025-48384, by which a submodule writes where it likes. */
const fixed: readonly (readonly [minor: number, patch: number])[] = [
  [43, 7],
  [44, 4],
  [45, 4],
  [46, 4],
  [47, 3],
  [48, 2],
  [49, 1],
];

/**
 * Log which git there is, and say when it has known holes that a hostile repository could use.
 *
 * @throws when there is no git to run
 */
export async function warnOfOldGit(binary: string, log: Log): Promise<void> {
  const { installed, major, minor, patch } = await simpleGit({ binary }).version();
  if (!installed) throw new Error(`--git=${binary}: cannot be run`);
  const version = `${major}.${minor}.${patch}`;
  log.info(1, 'git', { git: version });
  if (isOld(major, minor, Number(patch)))
    log.info(0, 'this git has known holes (CVE-2025-48384 and others); sync only repositories you trust', {
      git: version,
    });
}

function isOld(major: number, minor: number, patch: number): boolean {
  if (major !== 2) return major < 2;
  if (minor > 49) return false;
  const line = fixed.find(([number]) => number === minor);
  return line === undefined || patch < line[1];
}
