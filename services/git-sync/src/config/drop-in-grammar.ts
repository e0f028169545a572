import { ConfigError } from '@podkit/chassis/config/config';
import type { Flags, Given, Grammar } from '@podkit/chassis/config/grammar';
import type { Setting } from '@podkit/chassis/config/setting';
import { describeAccepted } from '@podkit/chassis/config/setting-text';
import { findUnknown } from '@podkit/chassis/config/unknown-variables';
import { describeError } from '@podkit/chassis/errors';
import { decodeCredentials } from './credential-list.ts';
import { parseGoValue } from './go-values.ts';
import { legacyFlags, legacyVariables } from './legacy.ts';
import { type Flag, type Found, readCommandLine } from './pflag.ts';
import { variablePrefix } from './schema.ts';

/** A command line that can't be read: exit code 2, with the usage. */
export class UsageError extends ConfigError {}

type Info = 'help' | 'man' | 'version';

const infoFlags: readonly Flag[] = [
  { name: '--help', kind: 'flag', shorthand: 'h' },
  { name: '--__?', kind: 'flag', shorthand: '?' },
  { name: '--man', kind: 'flag' },
  { name: '--version', kind: 'flag' },
];

/** What upstream's hidden flags begin with: two secrets have a variable and no documented flag. */
const hiddenPrefix = '--__env__';

/** Settings as upstream's users write them: flags of Go's pflag, variables `GITSYNC_…`, and the names of version 3. */
export class DropInGrammar implements Grammar {
  /** Deprecated names, unknown variables and arguments that are ignored. */
  readonly warnings: string[] = [];
  /** The values of version 3's flags and variables, by flag. */
  readonly legacy = new Map<string, string>();
  /** The keys of the settings that were given as flags. */
  readonly flags = new Set<string>();
  /** The text to print instead of a sync. */
  info: Info | undefined;
  readonly parse = parseTexts;

  /** @throws {UsageError} with every error of the command line */
  readFlags(settings: readonly Setting[], argv: readonly string[]): Flags {
    const { found, extra, problems } = readCommandLine(flagsFor(settings), argv);
    const given = new Map<string, Given>();
    const errors = [...problems, ...found.flatMap((flag) => this.#readFlag(settings, flag, given))];
    if (errors.length > 0) throw new UsageError(errors);
    this.warnings.push(...extra.map((word) => `${word}: unexpected argument, ignored`));
    for (const key of given.keys()) this.flags.add(key);
    return { given, positionals: [], errors };
  }

  /** An old name beats the new one. */
  readVariable({ key, env: current, annotation }: Setting, env: NodeJS.ProcessEnv): Given | undefined {
    const old = legacyVariables[current]?.find((variable) => (env[variable] ?? '') !== '');
    const name = old ?? current;
    const text = env[name] ?? '';
    if (text === '' || key === 'gitConfigAdd') return undefined;
    if (old !== undefined) this.warnings.push(`env ${old} has been deprecated, use ${current} instead`);
    return { name, texts: annotation.kind === 'list' ? splitVariable(key, text) : [text] };
  }

  /** An unknown variable is a warning and no error: a Pod may have variables of another version. */
  checkVariables(settings: readonly Setting[], env: NodeJS.ProcessEnv): string[] {
    this.warnings.push(...findUnknown(new Set(settings.map((setting) => setting.env)), variablePrefix, env));
    return legacyFlags.flatMap(({ flag, env: name = '', kind, instead }) => {
      const text = env[name] ?? '';
      if (text === '') return [];
      this.warnings.push(`env ${name} has been deprecated, ${instead}`);
      const problem = findProblem(kind, text);
      if (problem === undefined && !this.legacy.has(flag)) this.legacy.set(flag, text);
      return problem === undefined ? [] : [`${name}: ${problem}`];
    });
  }

  /** Record one flag. Gives its errors. */
  #readFlag(settings: readonly Setting[], { flag, text, written }: Found, given: Map<string, Given>): string[] {
    const setting = settings.find(({ flag: name, env }) => name === flag.name || `${hiddenPrefix}${env}` === flag.name);
    const problem = findProblem(flag.kind, text, setting);
    if (problem !== undefined) return [`invalid argument ${problem} for "${written}" flag`];
    const old = legacyFlags.find((candidate) => candidate.flag === flag.name);
    if (old !== undefined) {
      this.warnings.push(`Flag ${written} has been deprecated, ${old.instead}`);
      this.legacy.set(old.flag, text);
    } else if (setting !== undefined) {
      const { key, annotation } = setting;
      const before = annotation.kind === 'list' ? (given.get(key)?.texts ?? []) : [];
      const texts = key === 'allowProtocol' ? text.split(',') : [text];
      given.set(key, { name: written, texts: [...before, ...texts] });
    } else if (text !== 'false') this.#requestInfo(flag.name);
    return [];
  }

  /** `--version` wins over `--help`, and `--help` over `--man`. */
  #requestInfo(flag: string): void {
    const info = flag === '--version' ? 'version' : flag === '--man' ? 'man' : 'help';
    const order: (Info | undefined)[] = [undefined, 'man', 'help', 'version'];
    if (order.indexOf(info) > order.indexOf(this.info)) this.info = info;
  }
}

/** An empty text means "not set"; where the setting has a default, it replaces the default. */
export function parseTexts({ annotation, required, schema }: Setting, texts: readonly string[]): unknown {
  if (annotation.kind === 'list') return texts;
  const [text = ''] = texts;
  return text === '' && !required && !('default' in schema) ? undefined : parseGoValue(annotation.kind, text);
}

function flagsFor(settings: readonly Setting[]): Flag[] {
  const current = settings.map(({ flag, key, annotation: { kind } }) =>
    key === 'verbose' ? { name: flag, kind, shorthand: 'v' } : { name: flag, kind },
  );
  const secrets = ['PASSWORD', 'GITHUB_APP_PRIVATE_KEY'];
  return [
    ...current,
    ...infoFlags,
    ...secrets.map((name) => ({ name: `${hiddenPrefix}${variablePrefix}${name}`, kind: 'text' as const })),
    ...legacyFlags.map(({ flag, kind }) => ({ name: flag, kind })),
  ];
}

function findProblem(kind: Flag['kind'], text: string, setting?: Setting): string | undefined {
  try {
    parseGoValue(kind, text);
    if (setting?.key === 'credential') decodeCredentials(text);
    return undefined;
  } catch (error) {
    const shown = setting?.annotation.secret === true ? '(hidden)' : JSON.stringify(text);
    return `${shown} (${describeError(error)}; expected ${describeAccepted(kind, {})})`;
  }
}

/** Arguments of hooks are separated by line breaks, since they may contain any other character. */
function splitVariable(key: string, text: string): string[] {
  if (key === 'credential') return [text];
  if (key === 'sshKeyFile') return text.split(':');
  return text.split(key === 'allowProtocol' ? ',' : '\n').filter((word) => word !== '');
}
