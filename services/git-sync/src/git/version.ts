import { PodkitError } from '@podkit/chassis/errors';
import type { Log } from '../log/log.ts';
import type { Git } from './git.ts';

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
 * @throws {PodkitError} ERR_GIT when there is no git to run, or it is older than 2.32: that would not know
 *   GIT_CONFIG_GLOBAL, and so run without our private configuration
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

/** What `git --version` says after its name; a distribution may add words behind. */
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
