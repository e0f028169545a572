import { readFileSync } from 'node:fs';
import { messageOf } from '@podkit/chassis/errors';
import { parse } from 'yaml';
import { allSettings } from './all-settings.ts';
import { credentialSettings } from './credential-settings.ts';
import { parseGoValue } from './go-values.ts';
import { OptionsError } from './load.ts';
import { repositorySettings } from './repository-settings.ts';
import type { Options } from './schema.ts';
import { optionFaults } from './validate.ts';

/** One repository to sync, with all its settings. */
export type NamedOptions = { name: string; options: Options };

const perRepository = new Set([...Object.keys(repositorySettings), ...Object.keys(credentialSettings)]);

/**
 * The repositories to sync: one from the settings themselves, or those of `--config-file`, a YAML document
 * `repositories: [{ name: site, repo: …, root: … }]`. An entry may have any setting of a repository by its flag's
 * name; what it leaves out is taken from the flags and variables.
 *
 * @throws {OptionsError} with every fault of every entry
 */
export async function repositoriesOf(options: Options): Promise<NamedOptions[]> {
  const { configFile } = options;
  if (configFile === undefined) {
    const faults = optionFaults(options);
    if (faults.length > 0) throw new OptionsError(faults);
    return [{ name: 'default', options }];
  }
  const entries = await readEntries(configFile);
  const named = entries.map((entry, index) => mergeEntry(options, entry, `${configFile}: repositories[${index}]`));
  const faults = named.flatMap(({ name, options: merged }) => optionFaults(merged).map((fault) => `${name}: ${fault}`));
  faults.push(...sharedFaults(named));
  if (faults.length > 0) throw new OptionsError(faults);
  return named;
}

async function readEntries(path: string): Promise<Record<string, unknown>[]> {
  let document: unknown;
  try {
    // Every scalar as its text: a ref of `1.10` is no number.
    document = parse(readFileSync(path, 'utf8'), { schema: 'failsafe' });
  } catch (error) {
    throw new OptionsError([`--config-file=${path}: ${messageOf(error)}`]);
  }
  const entries = isRecord(document) ? document.repositories : undefined;
  if (!Array.isArray(entries) || entries.length === 0 || !entries.every(isRecord))
    throw new OptionsError([`--config-file=${path}: needs a list "repositories" of mappings, at least one`]);
  return entries;
}

function mergeEntry(base: Options, entry: Record<string, unknown>, where: string): NamedOptions {
  const faults: string[] = [];
  const merged: Record<string, unknown> = { ...base };
  const { name, ...settings } = entry;
  if (typeof name !== 'string' || !/^[A-Za-z0-9._-]+$/.test(name))
    faults.push(`${where}: needs a name of letters, digits, dots, dashes and underscores`);
  for (const [flag, value] of Object.entries(settings)) {
    const setting = allSettings.find((candidate) => candidate.flag === `--${flag}`);
    if (setting === undefined || !perRepository.has(setting.key)) faults.push(`${where}: no such setting: ${flag}`);
    else {
      const list = setting.annotation.kind === 'list';
      const texts = [value].flat().map((item) => (isRecord(item) ? JSON.stringify(item) : String(item)));
      try {
        merged[setting.key] = list ? texts : parseGoValue(setting.annotation.kind, texts.join(','));
      } catch (error) {
        faults.push(`${where}: ${flag}: ${messageOf(error)}`);
      }
    }
  }
  if (faults.length > 0) throw new OptionsError(faults);
  return { name: String(name), options: Object.freeze(merged) as Options };
}

function sharedFaults(named: readonly NamedOptions[]): string[] {
  const name = twice(named.map((entry) => entry.name));
  const root = twice(named.map(({ options }) => options.root));
  return [
    ...(name === undefined ? [] : [`two repositories have the name ${name}`]),
    ...(root === undefined ? [] : [`two repositories have the root ${root}`]),
  ];
}

function twice(values: readonly (string | undefined)[]): string | undefined {
  return values.find((value, at) => values.indexOf(value) !== at);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
