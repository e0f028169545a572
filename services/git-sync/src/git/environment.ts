import type { Environment } from '@podkit/chassis/config/config';
import { shownAddress } from '../credentials/address.ts';

/** Git's own variables that are passed on from the Pod; all others could mislead git, and are stripped. */
const passedOn = /^GIT_(SSL_|HTTP_|PROXY_SSL_|LFS_|SSH_VARIANT$|ALLOW_PROTOCOL$)/;

/** Our own secrets; neither git nor a hook needs them in its environment. */
const secret = /^GIT_?SYNC_(PASSWORD|CREDENTIAL|GITHUB_APP_PRIVATE_KEY|TRIGGER_SECRET|GIT_CONFIG)$/;

/** The parent's environment for a hook: all of it, except for secrets and user names inside URLs. */
export function hookEnvironment(env: Environment): Environment {
  return Object.fromEntries(
    Object.entries(env)
      .filter(([name]) => !secret.test(name))
      .map(([name, value]) => [name, /^GIT_?SYNC_/.test(name) ? shownAddress(value ?? '') : value]),
  );
}

/**
 * Take secrets out of this process's own environment, once they are read: what is in it goes to every git, since
 * simple-git takes it from there.
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
  /** Where HOME is not set: libcurl and ssh want one. */
  home: string;
};

/** The variables that every git needs besides those of this process. */
export function gitEnvironment(env: Environment, { configFile, sshCommand, home }: GitEnvironmentOptions): Environment {
  return {
    ...Object.fromEntries(Object.entries(env).filter(([name]) => passedOn.test(name))),
    HOME: env.HOME || home,
    // Messages are matched against and shown; they must not depend on the locale.
    LC_ALL: 'C',
    GIT_CONFIG_GLOBAL: configFile,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_SSH_COMMAND: sshCommand,
  };
}

/** The names for simple-git's `allowEnvironment`; it strips all other variables that begin with `GIT_`. */
export function guardedVariables(variables: Environment): string[] {
  return Object.keys(variables).filter((name) => name.startsWith('GIT_'));
}

/**
 * Settings of the command scope: they beat the configuration inside the repository, where somebody who could write
 * to the volume may have planted a program (`core.fsmonitor`, hooks), and alone may name safe directories.
 */
export function lockedConfig(safeDirectories: readonly string[]): Environment {
  const entries: [string, string][] = [
    ['core.hooksPath', '/dev/null'],
    ['core.fsmonitor', 'false'],
    ['core.logAllRefUpdates', 'false'],
    ...safeDirectories.map((directory): [string, string] => ['safe.directory', directory]),
  ];
  const numbered = entries.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return { GIT_CONFIG_COUNT: String(entries.length), ...Object.fromEntries(numbered) };
}
