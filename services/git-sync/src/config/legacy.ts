/** A flag of version 3 that version 4 still accepts. */
export type LegacyFlag = {
  flag: string;
  kind: 'text' | 'integer' | 'number' | 'flag';
  env?: string;
  /** The setting of version 4 that it sets. */
  key?: string;
  instead: string;
  /** Gives the value in version 4's form; undefined sets nothing. */
  translate?: (text: string) => string | undefined;
};

const positive = (unit: string) => (text: string) => (Number(text) > 0 ? `${Number(text)}${unit}` : undefined);
const nonZero = (text: string) => (Number(text) === 0 ? undefined : text);

/** The flags of version 3. `readLegacyRef` handles `--branch` and `--rev`. */
export const legacyFlags: readonly LegacyFlag[] = [
  { flag: '--branch', kind: 'text', env: 'GIT_SYNC_BRANCH', instead: 'use --ref' },
  { flag: '--rev', kind: 'text', env: 'GIT_SYNC_REV', instead: 'use --ref' },
  { flag: '--dest', kind: 'text', env: 'GIT_SYNC_DEST', key: 'link', instead: 'use --link' },
  { flag: '--change-permissions', kind: 'integer', env: 'GIT_SYNC_PERMISSIONS', instead: 'use --group-write' },
  { flag: '--ssh', kind: 'flag', instead: 'no longer needed' },
  {
    flag: '--max-sync-failures',
    kind: 'integer',
    env: 'GIT_SYNC_MAX_SYNC_FAILURES',
    key: 'maxFailures',
    instead: 'use --max-failures',
    translate: nonZero,
  },
  {
    flag: '--sync-hook-command',
    kind: 'text',
    env: 'GIT_SYNC_HOOK_COMMAND',
    key: 'exechookCommand',
    instead: 'use --exechook-command',
  },
  {
    flag: '--timeout',
    kind: 'integer',
    env: 'GIT_SYNC_TIMEOUT',
    key: 'syncTimeout',
    instead: 'use --sync-timeout',
    translate: positive('s'),
  },
  {
    flag: '--wait',
    kind: 'number',
    env: 'GIT_SYNC_WAIT',
    key: 'period',
    instead: 'use --period',
    translate: positive('s'),
  },
  { flag: '--v', kind: 'integer', key: 'verbose', instead: 'use -v or --verbose', translate: (text) => text },
];

/** Older variables of current settings, first match wins; each beats the current name, as since v4.4.0. */
export const legacyVariables: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    [
      'repo depth submodules sparse-checkout-file root link error-file period sync-timeout one-time sync-on-signal',
      'max-failures touch-file add-user group-write exechook-command exechook-timeout exechook-backoff webhook-url',
      'webhook-method webhook-success-status webhook-timeout webhook-backoff username password password-file',
      'ssh-key-file ssh-known-hosts ssh-known-hosts-file cookie-file askpass-url git git-config git-gc http-bind',
      'http-metrics http-pprof',
    ]
      .flatMap((line) => line.split(' '))
      .map((name) => [`GITSYNC_${upperSnake(name)}`, [`GIT_SYNC_${upperSnake(name)}`]]),
  ),
  GITSYNC_SSH_KEY_FILE: ['GIT_SYNC_SSH_KEY_FILE', 'GIT_SSH_KEY_FILE'],
  GITSYNC_SSH_KNOWN_HOSTS: ['GIT_SYNC_KNOWN_HOSTS', 'GIT_KNOWN_HOSTS'],
  GITSYNC_SSH_KNOWN_HOSTS_FILE: ['GIT_SYNC_SSH_KNOWN_HOSTS_FILE', 'GIT_SSH_KNOWN_HOSTS_FILE'],
  GITSYNC_COOKIE_FILE: ['GIT_SYNC_COOKIE_FILE', 'GIT_COOKIE_FILE'],
  GITSYNC_ASKPASS_URL: ['GIT_SYNC_ASKPASS_URL', 'GIT_ASKPASS_URL'],
};

function upperSnake(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}
