import type { Environment } from '@podkit/chassis/config/config';
import { showAddress } from '../credentials/address.ts';

/** The variables of git that the Pod may set. Others could mislead git, and are removed. */
const passedOn = /^GIT_(SSL_|HTTP_|PROXY_SSL_|LFS_|SSH_VARIANT$|ALLOW_PROTOCOL$)/;

/** git-sync's own secrets: neither git nor a hook needs them. */
const secret = /^GIT_?SYNC_(PASSWORD|CREDENTIAL|GITHUB_APP_PRIVATE_KEY|TRIGGER_SECRET|GIT_CONFIG)$/;

/** The environment of a hook: this process's, without secrets and without user names in URLs. */
export function hookEnvironment(env: Environment): Environment {
  return Object.fromEntries(
    Object.entries(env)
      .filter(([name]) => !secret.test(name))
      .map(([name, value]) => [name, /^GIT_?SYNC_/.test(name) ? showAddress(value ?? '') : value]),
  );
}

/**
 * Remove the secrets from this process's environment, once they are read: simple-git gives that environment to every
 * git.
 */
export function removeSecrets(env: Environment): void {
  const clean = hookEnvironment(env);
  for (const [name, value] of Object.entries(env)) {
    if (!(name in clean)) Reflect.deleteProperty(env, name);
    else if (clean[name] !== value) env[name] = clean[name];
  }
}

export type GitEnvironmentOptions = {
  /** The private configuration file, which replaces the user's and the system's. */
  configFile: string;
  sshCommand: string;
  /** Used as HOME when HOME is not set: libcurl and ssh need one. */
  home: string;
};

/** The variables that every git gets besides this process's. */
export function gitEnvironment(env: Environment, { configFile, sshCommand, home }: GitEnvironmentOptions): Environment {
  return {
    ...Object.fromEntries(Object.entries(env).filter(([name]) => passedOn.test(name))),
    HOME: env.HOME || home,
    // Some of git's messages are parsed: they must not depend on the locale.
    LC_ALL: 'C',
    GIT_CONFIG_GLOBAL: configFile,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_SSH_COMMAND: sshCommand,
  };
}
