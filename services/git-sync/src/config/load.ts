import type { Environment } from '@podkit/chassis/config/config';
import { PodkitError } from '@podkit/chassis/errors';
import { allSettings } from './all-settings.ts';
import { parseGoValue } from './go-values.ts';
import { type LegacyFlag, legacyFlags } from './legacy.ts';
import { type Flag, type Found, readCommandLine } from './pflag.ts';
import { type Read, readEnvironment, readFound } from './read-texts.ts';
import type { Options } from './schema.ts';

/** A command line that can't be read: exit code 2, with the usage. */
export class UsageError extends PodkitError {
  constructor(faults: readonly string[]) {
    super('ERR_USAGE', faults.join('\n'));
  }
}

/** Settings that were read and make no sense: exit code 1, as upstream does. */
export class OptionsError extends PodkitError {
  constructor(faults: readonly string[]) {
    super('ERR_OPTIONS', faults.join('\n'));
  }
}

export type LoadedOptions = {
  options: Options;
  /** Keys of the settings given as flags, with their texts; for the start-up log line. */
  flags: ReadonlyMap<string, string>;
  /** Names that are read but old, and variables that nobody reads. */
  warnings: string[];
  /** What is asked for instead of a sync. */
  asked: Asked | undefined;
};

type Asked = 'help' | 'man' | 'version';

/**
 * Read the settings: a flag beats a variable, which beats the default. Of two variables the v3 name wins.
 *
 * @throws {UsageError} when the command line can't be read (exit code 2)
 * @throws {OptionsError} when a variable has a value of the wrong kind (exit code 1)
 */
export function loadOptions(env: Environment, argv: readonly string[]): LoadedOptions {
  const warnings: string[] = [];
  const fromEnv = readEnvironment(env, warnings);
  const line = readCommandLine(flagsOf(), argv);
  const fromLine = readFound(line.found, warnings);
  if (line.faults.length + fromLine.faults.length > 0) throw new UsageError([...line.faults, ...fromLine.faults]);
  if (fromEnv.faults.length > 0) throw new OptionsError(fromEnv.faults);
  warnings.push(...line.extra.map((word) => `${word}: unexpected argument, ignored`));
  const texts = {
    values: mergeValues(fromEnv.values, fromLine.values),
    legacy: new Map([...fromEnv.legacy, ...fromLine.legacy]),
  };
  const options = buildOptions(texts);
  const flags = new Map([...fromLine.values].map(([key, [text = '', ...more]]) => [key, [text, ...more].join(',')]));
  return { options, flags, warnings, asked: askedFor(line.found) };
}

function flagsOf(): Flag[] {
  const current = allSettings.map(({ flag, key, annotation }) =>
    key === 'verbose' ? { name: flag, kind: annotation.kind, shorthand: 'v' } : { name: flag, kind: annotation.kind },
  );
  const questions = [
    { name: '--help', kind: 'flag' as const, shorthand: 'h' },
    { name: '--__?', kind: 'flag' as const, shorthand: '?' },
    { name: '--man', kind: 'flag' as const },
    { name: '--version', kind: 'flag' as const },
  ];
  const hidden = [
    { name: '--__env__GITSYNC_PASSWORD', kind: 'text' as const },
    { name: '--__env__GITSYNC_GITHUB_APP_PRIVATE_KEY', kind: 'text' as const },
  ];
  return [...current, ...questions, ...hidden, ...legacyFlags.map(({ flag, kind }) => ({ name: flag, kind }))];
}

function askedFor(found: readonly Found[]): Asked | undefined {
  const on = new Set(found.filter(({ text }) => text !== 'false').map(({ flag }) => flag.name));
  if (on.has('--version')) return 'version';
  if (on.has('--help') || on.has('--__?')) return 'help';
  return on.has('--man') ? 'man' : undefined;
}

/** Credentials of the command line add to those of the environment; every other setting is replaced. */
function mergeValues(env: Map<string, string[]>, line: Map<string, string[]>): Map<string, string[]> {
  const merged = new Map([...env, ...line]);
  const credentials = [...(env.get('credential') ?? []), ...(line.get('credential') ?? [])];
  if (credentials.length > 0) merged.set('credential', credentials);
  return merged;
}

function buildOptions({ values, legacy }: Omit<Read, 'faults'>): Options {
  const options: Record<string, unknown> = {};
  for (const { key, schema: property, annotation } of allSettings) {
    const texts = values.get(key);
    if (texts === undefined) {
      if ('default' in property) options[key] = property.default;
    } else if (annotation.kind === 'list') options[key] = texts;
    else if (texts[0] !== '') options[key] = parseGoValue(annotation.kind, texts[0] ?? '');
    else if (key === 'ref') options[key] = '';
  }
  for (const old of legacyFlags) applyLegacy(options, old, legacy.get(old.flag));
  const ref = deprecatedRef(legacy.get('--branch') ?? '', legacy.get('--rev') ?? '');
  if (ref !== undefined) options.ref = ref;
  if (Number(legacy.get('--change-permissions') ?? 0) !== 0)
    throw new OptionsError(['--change-permissions is no longer supported; use --group-write']);
  return Object.freeze(options) as Options;
}

function applyLegacy(options: Record<string, unknown>, old: LegacyFlag, text: string | undefined): void {
  if (old.key === undefined || text === undefined || text === '') return;
  const translated = old.translate === undefined ? text : old.translate(text);
  const kind = allSettings.find((setting) => setting.key === old.key)?.annotation.kind;
  if (translated !== undefined && kind !== undefined) options[old.key] = parseGoValue(kind, translated);
}

/** In v3 `--branch` chose the line of history and `--rev` the point on it; v4 can only take one of them. */
function deprecatedRef(branch: string, rev: string): string | undefined {
  if (branch !== '' && rev !== '' && rev !== 'HEAD')
    throw new OptionsError(['--branch and --rev are both set; use --ref alone']);
  if (branch !== '') return branch;
  return rev === '' ? undefined : rev;
}
