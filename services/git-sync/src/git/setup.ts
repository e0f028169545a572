import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '@podkit/chassis/config/config';
import { describeError, PodkitError } from '@podkit/chassis/errors';
import { writeFileAtomic } from '@podkit/chassis/files/atomic-file';
import { readGitConfig } from '../config/git-config-list.ts';
import type { Options } from '../config/schema.ts';
import type { CredentialStore } from '../credentials/credential-store.ts';
import type { Log } from '../log/log.ts';
import { gitBinary } from './binary.ts';
import { gitConfigFile } from './config-text.ts';
import { gitEnvironment } from './environment.ts';
import { Git } from './git.ts';
import type { Lfs } from './lfs.ts';
import { baseSettings, cookiePath } from './settings.ts';
import { importGpgKeys, signaturePolicy, signatureSettings } from './signatures.ts';
import type { SpawnTurn } from './spawn-turn.ts';
import { sshCommand } from './ssh-command.ts';

export type GitSetup = {
  options: Options;
  env: Environment;
  /** Private to us. */
  directory: string;
  repo: string;
  store: CredentialStore;
  credentialUrls: readonly string[];
  lfs: Lfs;
  turn: SpawnTurn;
  log: Log;
};

/**
 * Write the private configuration of one repository. Gives the git that uses it.
 *
 * @throws {PodkitError} ERR_OPTIONS when the cookie file can't be read
 * @throws {ProcessError} when the OpenPGP keys can't be imported
 */
export async function setUpGit(setup: GitSetup): Promise<Git> {
  const { options, env, directory, repo, store, credentialUrls, lfs, turn, log } = setup;
  const policy = signaturePolicy(options);
  const timeout = options.syncTimeout;
  if (options.cookieFile) expectReadable('--cookie-file', cookiePath);
  const entries = [
    ...baseSettings({ allowProtocol: options.allowProtocol, cookieFile: options.cookieFile, lfs, timeout }),
    ...store.settings(credentialUrls),
    // The user named the path, so its owner is not checked. The file must say so: git starts an upload-pack there, and
    // does not pass the environment's settings to it.
    ...localPaths(repo).map((path) => ({ key: 'safe.directory', value: path })),
    ...readGitConfig(options),
    ...signatureSettings(policy),
  ];
  const configFile = join(directory, 'gitconfig');
  await writeFileAtomic(configFile, gitConfigFile(entries), { mode: 0o600 });
  const command = sshCommand({
    inherited: env.GIT_SSH_COMMAND,
    keyFiles: options.sshKeyFile,
    knownHosts: options.sshKnownHosts,
    knownHostsFile: options.sshKnownHostsFile,
    verbosity: options.verbose,
    timeout,
  });
  const gpg = policy.commit || policy.tag ? await importGpgKeys(directory, policy.gpgKeysFile, env) : {};
  return new Git({
    binary: gitBinary(options.git, env.PATH ?? ''),
    env: { ...gitEnvironment(env, { configFile, sshCommand: command, home: directory }), ...gpg },
    turn,
    log,
  });
}

function localPaths(repo: string): string[] {
  if (!repo.startsWith('/') && !repo.startsWith('file://')) return [];
  const path = repo.replace(/^file:\/\//, '').replace(/\/+$/, '');
  return [path, `${path}/.git`];
}

/** git takes a missing cookie file for an empty one, and then fails with a misleading error. */
function expectReadable(flag: string, path: string): void {
  try {
    accessSync(path, constants.R_OK);
  } catch (cause) {
    throw new PodkitError('ERR_OPTIONS', `${flag}: ${describeError(cause)}`, { cause });
  }
}
