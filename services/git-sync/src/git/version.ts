import { PodkitError } from '@podkit/chassis/errors';
import type { Log } from '../log/log.ts';
import { runProcess } from './run-process.ts';

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
 * @throws {PodkitError} ERR_GIT when there is no git to run
 */
export async function warnOfOldGit(binary: string, log: Log, env: NodeJS.ProcessEnv): Promise<void> {
  const version = await versionOf(binary, env);
  log.info(1, 'git', { git: version });
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  if (isOld(major, minor, patch))
    log.info(0, 'this git has known holes (CVE-2025-48384 and others); sync only repositories you trust', {
      git: version,
    });
}

/** What `git --version` says after its name; a distribution may add words behind. */
async function versionOf(binary: string, env: NodeJS.ProcessEnv): Promise<string> {
  const { stdout } = await runProcess(binary, ['--version'], { cwd: '/', env }).catch((cause: unknown) => {
    throw new PodkitError('ERR_GIT', `--git=${binary}: cannot be run`, { cause });
  });
  return /\d+(\.\d+)+/.exec(stdout)?.[0] ?? 'unknown';
}

function isOld(major: number, minor: number, patch: number): boolean {
  if (major !== 2) return major < 2;
  if (minor > 49) return false;
  const line = fixed.find(([number]) => number === minor);
  return line === undefined || patch < line[1];
}
