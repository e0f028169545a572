import { readFileSync } from 'node:fs';
import type { Static, TObject, TSchema } from 'typebox';
import { messageOf, PodkitError } from '../errors.ts';
import { type Flags, readFlags } from './flags.ts';
import { nearest } from './nearest.ts';
import { acceptedBy, isWithin, parseSetting } from './setting-text.ts';
import type { Annotation } from './settings.ts';

export type Environment = Record<string, string | undefined>;

export type ConfigSource = {
  /** What the service's own variables begin with, `AMBASSADOR_`; unknown ones that do are refused. */
  prefix: string;
  env: Environment;
  argv: readonly string[];
  /** Words the command line may carry beside flags; without it any is refused. */
  positionals?: boolean;
};

export type Loaded<Schema extends TObject> = { config: Readonly<Static<Schema>>; positionals: string[] };

/** A configuration that can't be used. `faults` has one line per fault, each naming its setting. */
export class ConfigError extends PodkitError {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super('ERR_CONFIG', faults.join('\n'));
    this.faults = faults;
  }
}

export type Setting = {
  key: string;
  env: string;
  flag: string;
  schema: TSchema;
  annotation: Annotation;
  required: boolean;
};

/** The settings of a schema with the names by which people set them. */
export function settingsOf(schema: TObject, prefix: string): Setting[] {
  return Object.entries(schema.properties).map(([key, property]) => {
    const annotation = property as unknown as Annotation;
    const words = key.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2');
    return {
      key,
      env: annotation.env ?? prefix + words.toUpperCase(),
      flag: `--${words.toLowerCase().replaceAll('_', '-')}`,
      schema: property,
      annotation,
      required: (schema.required ?? []).includes(key) && !('default' in property),
    };
  });
}

/**
 * Read a configuration: a flag beats the environment, which beats `NAME_FILE`'s content, which beats the default.
 * An empty variable counts as not set.
 *
 * @throws {ConfigError} with every fault found, not just the first
 */
export function loadConfig<Schema extends TObject>(schema: Schema, source: ConfigSource): Loaded<Schema> {
  const settings = settingsOf(schema, source.prefix);
  const flags = readFlags(settings, source.argv, source.positionals ?? false);
  const faults = [...flags.faults, ...unknownVariables(settings, source)];
  const config: Record<string, unknown> = {};
  for (const setting of settings) {
    try {
      const value = valueOf(setting, flags, source.env);
      if (value !== undefined) config[setting.key] = value;
    } catch (error) {
      faults.push(messageOf(error));
    }
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return { config: Object.freeze(config) as Readonly<Static<Schema>>, positionals: flags.positionals };
}

function valueOf(setting: Setting, flags: Flags, env: Environment): unknown {
  const given = givenText(setting, flags, env);
  if (given !== undefined) return parsed(setting, given.text, given.name);
  if ('default' in setting.schema) return setting.schema.default;
  if (!setting.required) return undefined;
  const { kind, description } = setting.annotation;
  throw new PodkitError('ERR_CONFIG', `${setting.env}: required; ${acceptedBy(kind, setting.schema)} (${description})`);
}

function givenText({ key, env: name, flag }: Setting, flags: Flags, env: Environment) {
  const fromFlag = flags.values.get(key);
  if (fromFlag !== undefined) return { text: fromFlag, name: flag };
  const [direct, path] = [env[name] ?? '', env[`${name}_FILE`] ?? ''];
  if (direct !== '' && path !== '')
    throw new PodkitError('ERR_CONFIG', `${name}: set, and so is ${name}_FILE; keep one`);
  if (direct !== '') return { text: direct, name };
  if (path === '') return undefined;
  try {
    return { text: readFileSync(path, 'utf8').replace(/\r?\n$/, ''), name: `${name}_FILE` };
  } catch (cause) {
    throw new PodkitError('ERR_CONFIG', `${name}_FILE: cannot be read: ${messageOf(cause)}`);
  }
}

function parsed({ annotation, schema }: Setting, text: string, name: string): unknown {
  let value: unknown;
  try {
    value = parseSetting(annotation.kind, text);
  } catch {
    value = undefined;
  }
  if (value !== undefined && isWithin(value, schema)) return value;
  const shown = annotation.secret ? '(hidden)' : JSON.stringify(text);
  throw new PodkitError('ERR_CONFIG', `${name}=${shown}: expected ${acceptedBy(annotation.kind, schema)}`);
}

/** Kubernetes injects these for every Service of the namespace, whatever a container asks for. */
const serviceLink = /_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$/;

function unknownVariables(settings: readonly Setting[], { prefix, env }: ConfigSource): string[] {
  if (prefix === '') return [];
  const known = new Set(settings.flatMap(({ env: name }) => [name, `${name}_FILE`]));
  const unknown = Object.keys(env).filter(
    (name) => name.startsWith(prefix) && !known.has(name) && !serviceLink.test(name),
  );
  return unknown.toSorted().map((name) => {
    const near = nearest(name, known);
    return `${name}: no such setting${near === undefined ? '' : `; did you mean ${near}?`}`;
  });
}
