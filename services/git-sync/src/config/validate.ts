import { isAbsolute, join, resolve } from 'node:path';
import { binaryPattern } from '../git/binary.ts';
import { defaultLink } from '../sync/layout.ts';
import { parseBindAddress } from './bind-address.ts';
import type { Options } from './schema.ts';
import { parseSignal } from './signals.ts';
import { checkCredentials } from './validate-credentials.ts';

/** Check the settings against each other. Gives a line for each problem, which names the flag. */
export function checkOptions(options: Options): string[] {
  return [
    ...checkRanges(options),
    ...checkSource(options),
    ...checkCredentials(options),
    ...checkHooks(options),
    ...checkSignatures(options),
    ...checkHttp(options),
  ];
}

function checkRanges(options: Options): string[] {
  const problems: string[] = [];
  if (options.depth < 0) problems.push('--depth: must be 0 (all history) or more');
  if (options.period < 10) problems.push('--period: must be at least 10ms');
  if (options.initPeriod !== 0 && options.initPeriod < 10) problems.push('--init-period: must be at least 10ms, or 0');
  if (options.syncTimeout < 10) problems.push('--sync-timeout: must be at least 10ms');
  if (options.webhookUrl !== undefined && options.webhookSuccessStatus < -1)
    problems.push('--webhook-success-status: must be a status, 0 or -1');
  if (options.syncOnSignal !== undefined && parseSignal(options.syncOnSignal) === undefined)
    problems.push(`--sync-on-signal=${options.syncOnSignal}: no such signal`);
  return problems;
}

/** A leading dash would make git read the text as one of its options; a NUL ends an argument early. */
function checkSource(options: Options): string[] {
  const problems: string[] = [];
  if (options.repo === undefined) problems.push('--repo: must be set');
  if (options.root === undefined) problems.push('--root: must be set');
  if (options.ref === '') problems.push('--ref: must not be empty');
  for (const [flag, value = ''] of [
    ['--repo', options.repo],
    ['--ref', options.ref],
    ['--filter', options.filter],
  ] as const) {
    if (value.startsWith('-')) problems.push(`${flag}: must not begin with a dash`);
    if (/[\0\n]/.test(value)) problems.push(`${flag}: must not contain a line break or NUL`);
  }
  if (/[\s~^:?*[\\]|\.\.|@\{/.test(options.ref)) problems.push('--ref: must be a branch, a tag or a full hash');
  if (!binaryPattern.test(options.git)) problems.push('--git: must be a path of letters, digits and / . _ ~ - only');
  return [...problems, ...checkPaths(options)];
}

function checkPaths({ root, repo, link, touchFile, errorFile }: Options): string[] {
  if (root === undefined) return [];
  const home = resolve(root);
  if (home === '/') return ['--root: must not be the root of the file system'];
  const paths: [string, string | undefined][] = [
    [link === undefined ? '--link (by default the last part of --repo)' : '--link', link ?? defaultLink(repo ?? '')],
    ['--touch-file', touchFile],
    ['--error-file', errorFile],
  ];
  return paths.flatMap(([flag, path]) => {
    if (path === undefined) return [];
    const absolute = isAbsolute(path) ? resolve(path) : join(home, path);
    const own = ['.git', '.worktrees'].map((name) => join(home, name));
    const inside = own.some((directory) => absolute === directory || absolute.startsWith(`${directory}/`));
    return absolute === home || inside ? [`${flag}: must not be --root itself or inside its .git or .worktrees`] : [];
  });
}

function checkHooks(options: Options): string[] {
  const problems: string[] = [];
  const hooks = [
    ['exechook', options.exechookCommand, options.exechookTimeout, options.exechookBackoff],
    [
      'pre-publish-exechook',
      options.prePublishExechookCommand,
      options.prePublishExechookTimeout,
      options.prePublishExechookBackoff,
    ],
    ['webhook', options.webhookUrl, options.webhookTimeout, options.webhookBackoff],
  ] as const;
  for (const [name, target, timeout, backoff] of hooks) {
    if (target !== undefined && timeout < 1000) problems.push(`--${name}-timeout: must be at least 1s`);
    if (target !== undefined && backoff < 1000) problems.push(`--${name}-backoff: must be at least 1s`);
  }
  if (options.webhookUrl !== undefined && !(/^https?:/.test(options.webhookUrl) && URL.canParse(options.webhookUrl)))
    problems.push('--webhook-url: must be an http or https URL');
  if (options.prePublishVeto && options.prePublishExechookCommand === undefined)
    problems.push('--pre-publish-veto: needs --pre-publish-exechook-command');
  return problems;
}

function checkSignatures(options: Options): string[] {
  const keys = [options.verifyGpgKeysFile, options.verifySshSignersFile].filter((value) => value !== undefined);
  if ((options.verifyCommit || options.verifyTag) && keys.length === 0)
    return ['--verify-commit, --verify-tag: need --verify-gpg-keys-file or --verify-ssh-signers-file'];
  return [];
}

function checkHttp(options: Options): string[] {
  const problems: string[] = [];
  if (options.httpBind !== undefined && parseBindAddress(options.httpBind) === undefined)
    problems.push(`--http-bind=${options.httpBind}: must be ":port" or "address:port"`);
  const trigger = options.triggerSecret ?? options.triggerSecretFile;
  if (options.triggerSecret !== undefined && options.triggerSecretFile !== undefined)
    problems.push('--trigger-secret-file and $GITSYNC_TRIGGER_SECRET: set only one');
  if (options.httpBind !== undefined) return problems;
  if (options.httpMetrics) problems.push('--http-metrics: needs --http-bind');
  if (options.httpPprof) problems.push('--http-pprof: needs --http-bind');
  if (trigger !== undefined) problems.push('--trigger-secret-file: needs --http-bind');
  if (options.staleAfter !== 0) problems.push('--stale-after: needs --http-bind');
  return problems;
}
