import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigError, parseGiven } from '@podkit/chassis/config/config';
import { nearest } from '@podkit/chassis/config/nearest';
import { type Place, parsePlacedYaml } from '@podkit/chassis/config/yaml';
import { describeError } from '@podkit/chassis/errors';
import { showAddress } from '../credentials/address.ts';
import { defaultLink, resolveIn } from '../sync/layout.ts';
import { allSettings } from './all-settings.ts';
import { credentialSettings } from './credential-settings.ts';
import { parseTexts } from './drop-in-grammar.ts';
import { repositorySettings } from './repository-settings.ts';
import type { Options } from './schema.ts';
import { checkOptions } from './validate.ts';

/** One repository to sync, with all its settings. */
export type NamedOptions = { name: string; options: Options };

const perRepository = new Set([...Object.keys(repositorySettings), ...Object.keys(credentialSettings)]);

/**
 * The repositories to sync: one from the settings themselves, or those of `--config-file`, a YAML document
 * `repositories: [{ name: site, repo: …, root: … }]`. An entry may have any setting of a repository, by its flag's
 * name; flags and variables give the others.
 *
 * @throws {ConfigError} with every problem of every entry
 */
export async function readRepositories(options: Options): Promise<NamedOptions[]> {
  const { configFile } = options;
  if (configFile === undefined) {
    const problems = checkOptions(options);
    if (problems.length > 0) throw new ConfigError(problems);
    return [{ name: 'default', options }];
  }
  const { entries, where } = readEntries(configFile);
  const errors: string[] = [];
  const named = entries.flatMap((entry, index) => mergeEntry(options, { entry, index, where, errors }) ?? []);
  if (errors.length > 0) throw new ConfigError(errors);
  const problems = named.flatMap(({ name, options: merged }) =>
    checkOptions(merged).map((problem) => `${name}: ${problem}`),
  );
  problems.push(...checkDuplicates(named));
  if (problems.length > 0) throw new ConfigError(problems);
  return named;
}

type Entry = Record<string, unknown>;
type Where = (place: Place) => string;

function readEntries(path: string): { entries: Entry[]; where: Where } {
  try {
    // `failsafe` reads every scalar as text: the ref `1.10` is not a number.
    const { document, where } = parsePlacedYaml(readFileSync(path, 'utf8'), path, { schema: 'failsafe' });
    const content: unknown = document.toJS();
    const entries = isRecord(content) ? content.repositories : undefined;
    if (Array.isArray(entries) && entries.length > 0 && entries.every(isRecord)) return { entries, where };
    throw new ConfigError([`${where(['repositories'])}: must have a list "repositories" with at least one mapping`]);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError([`--config-file=${path}: ${describeError(error)}`]);
  }
}

type EntryInput = { entry: Entry; index: number; where: Where; errors: string[] };

/** Add one entry to the settings. An invalid one gives undefined, and adds lines `file:line:column: key: problem` to `errors`. */
function mergeEntry(base: Options, { entry, index, where, errors }: EntryInput): NamedOptions | undefined {
  const before = errors.length;
  const fail = (key: string, why: string) => {
    errors.push(`${where(['repositories', index, key])}: repositories[${index}].${key}: ${why}`);
  };
  const merged: Record<string, unknown> = { ...base };
  const { name, ...settings } = entry;
  if (name === undefined) fail('name', 'must be set');
  else if (typeof name !== 'string' || !/^[A-Za-z0-9._-]+$/.test(name))
    fail('name', 'must consist of letters, digits, dots, dashes and underscores');
  for (const [flag, value] of Object.entries(settings)) {
    const setting = allSettings.find((candidate) => candidate.flag === `--${flag}`);
    if (setting === undefined || !perRepository.has(setting.key)) fail(flag, `no such setting${hintFor(flag)}`);
    else {
      const texts = [value].flat().map((item) => (isRecord(item) ? JSON.stringify(item) : String(item)));
      try {
        const given = { name: `repositories[${index}].${flag}`, texts };
        merged[setting.key] = parseGiven(setting, given, { parse: parseTexts });
      } catch (error) {
        errors.push(`${where(['repositories', index, flag])}: ${describeError(error)}`);
      }
    }
  }
  if (errors.length > before) return undefined;
  return { name: String(name), options: Object.freeze(merged) as Options };
}

function hintFor(flag: string): string {
  const known = allSettings.filter(({ key }) => perRepository.has(key)).map((setting) => setting.flag.slice(2));
  const near = nearest(flag, known);
  return near === undefined ? '' : `; did you mean ${near}?`;
}

function checkDuplicates(named: readonly NamedOptions[]): string[] {
  const name = findDuplicate(named.map((entry) => entry.name));
  const roots = named.map(({ options }) => options.root ?? '');
  const links = named.map(({ options: { root = '', link, repo = '' } }) =>
    resolveIn(resolve(root), link ?? defaultLink(showAddress(repo))),
  );
  const root = findDuplicate(roots);
  const link = findDuplicate(links);
  const taken = links.find((path) => roots.some((other) => resolve(other) === path));
  return [
    ...(name === undefined ? [] : [`two repositories have the name ${name}`]),
    ...(root === undefined ? [] : [`two repositories have the root ${root}`]),
    ...(root !== undefined || link === undefined ? [] : [`two repositories publish at ${link}`]),
    ...(taken === undefined ? [] : [`a repository publishes at ${taken}, the root of another`]),
  ];
}

function findDuplicate(values: readonly string[]): string | undefined {
  return values.find((value, at) => values.indexOf(value) !== at);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
