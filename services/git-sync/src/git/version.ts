import { PodkitError } from '@podkit/chassis/errors';
import type { Log } from '../log/log.ts';
import type { Git } from './git.ts';

/** The first release of each minor version without CVE-2025-48384 (a submodule can write to any path). */
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
 * Log git's version, and warn when it has known vulnerabilities.
 *
 * @throws {PodkitError} ERR_GIT when git can't be run, or is older than 2.32, which would ignore the private
 *   configuration (GIT_CONFIG_GLOBAL)
 */
export async function checkGitVersion(binary: string, git: Git, log: Log): Promise<void> {
  const version = await readVersion(binary, git);
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  log.info(1, 'git', { git: version });
  if (major < 2 || (major === 2 && minor < 32))
    throw new PodkitError('ERR_GIT', `--git=${binary}: is version ${version}; 2.32 or newer is needed`);
  if (isVulnerable(major, minor, patch))
    log.info(0, 'this git has known vulnerabilities (CVE-2025-48384 and others); sync only repositories you trust', {
      git: version,
    });
}

/** The number in the output of `git --version`; some distributions add words after it. */
async function readVersion(binary: string, git: Git): Promise<string> {
  const text = await git.run(['--version'], { cwd: '/' }).catch((cause: unknown) => {
    throw new PodkitError('ERR_GIT', `--git=${binary}: cannot be run`, { cause });
  });
  return /\d+(\.\d+)+/.exec(text)?.[0] ?? 'unknown';
}

function isVulnerable(major: number, minor: number, patch: number): boolean {
  if (major !== 2) return major < 2;
  if (minor > 49) return false;
  const line = fixed.find(([number]) => number === minor);
  return line === undefined || patch < line[1];
}
