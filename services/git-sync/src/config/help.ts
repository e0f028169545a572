import type { Setting } from '@podkit/chassis/config/setting';
import { describeAccepted } from '@podkit/chassis/config/setting-text';
import { allSettings } from './all-settings.ts';
import { legacyFlags } from './legacy.ts';

const note = 'Settings marked * are ours; upstream does not have them.';

/** The text of `--help`, also printed for an invalid command line: every flag with its default, and no current value. */
export function usageText(): string {
  const lines = allSettings.map((setting) => `  ${setting.flag}${showKind(setting)}\n      ${describe(setting)}`);
  const others = ['  -v N\n      Short for --verbose.', '  -h, --help\n      Print this.'];
  const ends = ['  --man\n      Print the manual.', '  --version\n      Print the version.'];
  return `Usage: git-sync [FLAGS...]\n\n FLAGS:\n${[...lines, ...others, ...ends].join('\n')}\n\n${note}\n`;
}

/** The text of `--man`: usage, variables, deprecated names, hooks and exit status. */
export function manualText(): string {
  const variables = allSettings.map((setting) => `  ${setting.env}\n      Same as ${setting.flag}.`);
  const old = legacyFlags.map(
    ({ flag, env, instead }) => `  ${flag}${env === undefined ? '' : `, ${env}`}: ${instead}`,
  );
  return `GIT-SYNC

NAME
  git-sync - keep a directory equal to a Git ref

SYNOPSIS
  git-sync --repo=<repo> --root=<dir> [FLAGS...]

DESCRIPTION
  Fetches --ref of --repo every --period, checks it out into a new worktree below --root, and then moves
  the symlink --link to it in one step. A reader of the link sees one commit or the next, never a mixture.
  The last part of the link's target is the hash of the commit.

${usageText()}
ENVIRONMENT VARIABLES
${variables.join('\n')}

DEPRECATED
${old.join('\n')}
  Variables GIT_SYNC_* of version 3 are read, and win over the new names.

HOOKS
  The exechook runs in the new worktree with GITSYNC_HASH set, the webhook gets the header Gitsync-Hash.
  Both are retried until they succeed, always with the newest hash.

EXIT STATUS
  0 done or stopped, 1 wrong settings or too many failures, 2 wrong command line, 3 stopped by force.
`;
}

function showKind({ annotation }: Setting): string {
  return annotation.kind === 'flag' ? '' : ` <${annotation.kind}>`;
}

function describe({ annotation, schema }: Setting): string {
  const fallback = annotation.defaultText ?? '';
  const accepted = annotation.kind === 'choice' ? ` (${describeAccepted(annotation.kind, schema)})` : '';
  return `${annotation.description}${accepted}${fallback === '' ? '' : ` (default ${fallback})`}`;
}
