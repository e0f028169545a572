import { choice, duration, flag, integer, list, optional, secret, text } from '@podkit/chassis/config/settings';

/** Settings of one repository; an entry of `--config-file` may set each of them. */
export const repositorySettings = {
  repo: optional(text({ description: 'Repository to sync: a URL, an scp-like address or a path. Required.' })),
  ref: text({ default: 'HEAD', description: 'Branch, tag or full hash to sync.' }),
  root: optional(text({ description: "Directory for git-sync's own data and, by default, the link. Required." })),
  link: optional(
    text({
      description: 'Symlink to publish, absolute or relative to --root; its default is the last part of --repo.',
    }),
  ),
  depth: integer({ default: 1, description: 'Commits of history to keep; 0 keeps all.' }),
  filter: optional(text({ description: 'Partial clone filter, such as blob:none or tree:0.' })),
  submodules: choice(['recursive', 'shallow', 'off'], {
    default: 'recursive',
    description: 'Submodules: all levels, the first level only, or none.',
  }),
  sparseCheckoutFile: optional(text({ description: 'File with sparse-checkout patterns.' })),
  period: duration({ default: '10s', description: 'Wait between passes, at least 10ms.' }),
  initPeriod: duration({
    default: '0s',
    description: 'Wait between passes until the first success; 0 means --period.',
  }),
  syncTimeout: duration({ default: '120s', description: 'Timeout of one pass, at least 10ms.' }),
  maxFailures: integer({
    default: 0,
    description:
      'Consecutive failures that end the process (0 and 1: the first one); a negative number retries for ever.',
  }),
  initMaxFailures: optional(
    integer({ description: '--max-failures until the first success; the same number by default.' }),
  ),
  touchFile: optional(text({ description: 'File touched after a pass that changed something.' })),
  errorFile: optional(text({ description: 'File with the last error as JSON; a successful pass removes it.' })),
  staleWorktreeTimeout: duration({ default: '0s', description: 'How long to keep superseded worktrees.' }),
  gitGc: choice(['auto', 'always', 'aggressive', 'off'], {
    default: 'always',
    description: 'Garbage collection after a worktree was removed.',
  }),
  gitConfig: optional(
    secret({ description: 'Git configuration as `section.key:value,"section.sub.key":"value"`; never logged.' }),
  ),
  gitConfigAdd: list({ default: [], secret: true, description: 'One more entry of --git-config; repeatable.' }),
  exechookCommand: optional(text({ description: 'Executable run after each change, in the new worktree.' })),
  exechookArg: list({ default: [], description: 'Argument of --exechook-command; repeatable. *' }),
  exechookTimeout: duration({ default: '30s', description: 'Timeout of the exechook.' }),
  exechookBackoff: duration({ default: '3s', description: 'Wait before a failed exechook is retried.' }),
  prePublishExechookCommand: optional(text({ description: 'Executable run before the link moves.' })),
  prePublishExechookArg: list({ default: [], description: 'Argument of the pre-publish exechook; repeatable. *' }),
  prePublishExechookTimeout: duration({ default: '30s', description: 'Timeout of the pre-publish exechook.' }),
  prePublishExechookBackoff: duration({
    default: '3s',
    description: 'Wait before a failed pre-publish exechook is retried.',
  }),
  prePublishVeto: flag({
    default: false,
    description: 'Wait for the pre-publish exechook, and publish only when it exits 0. *',
  }),
  webhookUrl: optional(text({ description: 'URL called after each change.' })),
  webhookMethod: text({ default: 'POST', description: 'Method of the webhook.' }),
  webhookSuccessStatus: integer({ default: 200, description: 'Status that means success; 0 or -1 accepts any.' }),
  webhookTimeout: duration({ default: '1s', description: 'Timeout of the webhook.' }),
  webhookBackoff: duration({ default: '3s', description: 'Wait before a failed webhook is retried.' }),
  publish: choice(['link', 'copy'], {
    default: 'link',
    description: 'Publish a symlink, or a plain directory for consumers that cannot follow one. *',
  }),
  symlinks: choice(['allow', 'reject'], {
    default: 'allow',
    description: 'Whether to publish a tree with symlinks that lead out of it. *',
  }),
  lfs: choice(['auto', 'off'], { default: 'auto', description: 'Fetch Git LFS files where git-lfs is installed. *' }),
  wipeRoot: flag({
    default: false,
    description: 'Allow deleting files in --root that git-sync did not make, as upstream always does. *',
  }),
  verifyCommit: flag({ default: false, description: 'Publish only commits with a good signature. *' }),
  verifyTag: flag({ default: false, description: 'Publish only annotated tags with a good signature. *' }),
  verifyReadiness: choice(['keep', 'fail'], {
    default: 'keep',
    description: 'Readiness while a commit without a good signature is held back: keep it, or fail it. *',
  }),
  verifyGpgKeysFile: optional(text({ description: 'File with the OpenPGP public keys that may sign. *' })),
  verifySshSignersFile: optional(text({ description: 'File with the SSH allowed signers. *' })),
};
