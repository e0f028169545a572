import { readFileSync } from 'node:fs';
import { describeError, PodkitError } from '../errors.ts';
import { readFlags } from './flags.ts';
import type { Given, Grammar } from './grammar.ts';
import type { Setting } from './setting.ts';
import { parseSetting } from './setting-text.ts';
import { findUnknown } from './unknown-variables.ts';

/** `--name=value`, `NAME` and `NAME_FILE`; an unknown variable with the service's prefix is an error. */
export const podkitGrammar = (prefix: string, positionals: boolean): Grammar => ({
  readFlags: (settings, argv) => readFlags(settings, argv, positionals),
  readVariable,
  checkVariables(settings, env) {
    const known = new Set(settings.flatMap(({ env: name }) => [name, `${name}_FILE`]));
    return findUnknown(known, prefix, env);
  },
  parse: ({ annotation }, texts) => parseSetting(annotation.kind, texts.join(',')),
});

function readVariable({ env: name }: Setting, env: NodeJS.ProcessEnv): Given | undefined {
  const direct = env[name] ?? '';
  const path = env[`${name}_FILE`] ?? '';
  if (direct !== '' && path !== '')
    throw new PodkitError('ERR_CONFIG', `${name}: set together with ${name}_FILE; keep one`);
  if (direct !== '') return { name, texts: [direct] };
  if (path === '') return undefined;
  try {
    return { name: `${name}_FILE`, texts: [readFileSync(path, 'utf8').replace(/\r?\n$/, '')] };
  } catch (cause) {
    throw new PodkitError('ERR_CONFIG', `${name}_FILE: cannot be read: ${describeError(cause)}`);
  }
}
