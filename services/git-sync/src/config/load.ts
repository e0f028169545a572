import { ConfigError, type Environment, loadConfig } from '@podkit/chassis/config/config';
import { allSettings } from './all-settings.ts';
import { DropInGrammar } from './drop-in-grammar.ts';
import { parseGoValue } from './go-values.ts';
import { type LegacyFlag, legacyFlags } from './legacy.ts';
import { type Options, schema, variablePrefix } from './schema.ts';

export type LoadedOptions = Pick<DropInGrammar, 'warnings' | 'info'> & { options: Options };

/**
 * Read the settings: a flag beats a variable, which beats the default. The names of version 3 beat all.
 *
 * @throws {UsageError} when the command line can't be read (exit code 2)
 * @throws {ConfigError} when a value is invalid (exit code 1)
 */
export function loadOptions(env: Environment, argv: readonly string[]): LoadedOptions {
  const grammar = new DropInGrammar();
  const { config } = loadConfig(schema, { prefix: variablePrefix, env, argv, grammar });
  const credential = env[`${variablePrefix}CREDENTIAL`] ?? '';
  const hasBoth = grammar.flags.has('credential') && credential !== '';
  const options: Options = {
    ...config,
    // The flag adds credentials to those of the variable; flags of other settings replace the variable.
    ...(hasBoth ? { credential: [credential, ...config.credential] } : {}),
    ...legacyOptions(grammar.legacy),
  };
  const { warnings, info } = grammar;
  return { options: Object.freeze(options), warnings, info };
}

function legacyOptions(texts: ReadonlyMap<string, string>): Partial<Options> {
  if (Number(texts.get('--change-permissions') ?? 0) !== 0)
    throw new ConfigError(['--change-permissions is no longer supported; use --group-write']);
  const options = Object.fromEntries(legacyFlags.flatMap((old) => translate(old, texts.get(old.flag) ?? '')));
  const ref = readLegacyRef(texts.get('--branch') ?? '', texts.get('--rev') ?? '');
  return ref === undefined ? options : { ...options, ref };
}

function translate({ key, translate: change = (same) => same }: LegacyFlag, text: string): [string, unknown][] {
  const kind = allSettings.find((setting) => setting.key === key)?.annotation.kind;
  const translated = text === '' ? undefined : change(text);
  return key === undefined || kind === undefined || translated === undefined
    ? []
    : [[key, parseGoValue(kind, translated)]];
}

/** Version 3 had a branch and a revision on it; version 4 has one ref. */
function readLegacyRef(branch: string, rev: string): string | undefined {
  if (branch !== '' && rev !== '' && rev !== 'HEAD')
    throw new ConfigError(['--branch and --rev are both set; use --ref alone']);
  if (branch !== '') return branch;
  return rev === '' ? undefined : rev;
}
