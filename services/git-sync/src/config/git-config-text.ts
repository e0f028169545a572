import type { Options } from './schema.ts';

/** `--git-config` and every `--git-config-add` as one list. */
export function gitConfigText({ gitConfig, gitConfigAdd }: Pick<Options, 'gitConfig' | 'gitConfigAdd'>): string {
  return [...(gitConfig === undefined ? [] : [gitConfig]), ...gitConfigAdd].join(',');
}
