import type { Environment } from '@podkit/chassis/config/config';

/** Variables that would make git look at another repository, index or configuration than we say. */
const misleading = new Set([
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_ASKPASS',
  'GIT_CEILING_DIRECTORIES',
  'GIT_COMMON_DIR',
  'GIT_CONFIG',
  'GIT_DEFAULT_HASH',
  'GIT_DIR',
  'GIT_DISCOVERY_ACROSS_FILESYSTEM',
  'GIT_EDITOR',
  'GIT_EXTERNAL_DIFF',
  'GIT_GRAFT_FILE',
  'GIT_IMPLICIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_INTERNAL_SUPER_PREFIX',
  'GIT_NAMESPACE',
  'GIT_NO_REPLACE_OBJECTS',
  'GIT_OBJECT_DIRECTORY',
  'GIT_PAGER',
  'GIT_PREFIX',
  'GIT_QUARANTINE_PATH',
  'GIT_REPLACE_REF_BASE',
  'GIT_SHALLOW_FILE',
  'GIT_TEMPLATE_DIR',
  'GIT_WORK_TREE',
  'SSH_ASKPASS',
]);

/** Our own secrets; neither git nor a hook needs them in its environment. */
const secret = /^GIT_?SYNC_(PASSWORD|CREDENTIAL|GITHUB_APP_PRIVATE_KEY|TRIGGER_SECRET|GIT_CONFIG)$/;

/** The parent's environment for a hook: all of it, except for secrets and user names inside URLs. */
export function hookEnvironment(env: Environment): Environment {
  return Object.fromEntries(
    Object.entries(env)
      .filter(([name]) => !secret.test(name))
      .map(([name, value]) => [name, /^GIT_?SYNC_/.test(name) ? withoutUserinfo(value ?? '') : value]),
  );
}

export type GitEnvironmentOptions = {
  /** The private configuration file, which replaces the user's and the system's. */
  configFile: string;
  sshCommand: string;
  /** Where HOME is not set: libcurl and ssh want one. */
  home: string;
};

/** The environment in which every git runs. */
export function gitEnvironment(env: Environment, { configFile, sshCommand, home }: GitEnvironmentOptions): Environment {
  const kept = Object.entries(hookEnvironment(env)).filter(
    ([name]) => !misleading.has(name) && !name.startsWith('GIT_CONFIG_') && !name.startsWith('GIT_TRACE'),
  );
  return {
    HOME: home,
    ...Object.fromEntries(kept),
    // Messages are matched against and shown; they must not depend on the locale.
    LC_ALL: 'C',
    GIT_CONFIG_GLOBAL: configFile,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_SSH_COMMAND: sshCommand,
  };
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

function withoutUserinfo(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, '$1');
}
