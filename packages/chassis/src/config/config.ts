import { readFileSync } from 'node:fs';
import type { Static, TObject } from 'typebox';
import { Check } from 'typebox/schema';
import { messageOf, PodkitError } from '../errors.ts';
import { type Flags, readFlags } from './flags.ts';
import { nearest } from './nearest.ts';
import { isServiceLink, isServiceLinkName } from './service-link.ts';
import { type Setting, settingsOf } from './setting.ts';
import { acceptedBy, parseSetting } from './setting-text.ts';

export type Environment = Record<string, string | undefined>;

export type ConfigSource = {
  /** What the service's own variables begin with, `AMBASSADOR_`; unknown ones that do are refused. */
  prefix: string;
  env: Environment;
  argv: readonly string[];
  /** Words the command line may carry beside flags; without it any is refused. */
  positionals?: boolean;
};

/** Finds errors that only several settings together can show; each becomes a line of the ConfigError. */
export type CrossCheck<Config> = (config: Readonly<Config>) => string[];

export type Loaded<Schema extends TObject> = {
  config: Readonly<Static<Schema>>;
  positionals: string[];
  /** Variables of Kubernetes for a Service that have the name of a setting; they were ignored. */
  ignored: string[];
};

/** A configuration that can't be used. `errors` has one line for each error, with the name of its setting. */
export class ConfigError extends PodkitError {
  readonly errors: readonly string[];

  constructor(errors: readonly string[]) {
    super('ERR_CONFIG', errors.join('\n'));
    this.errors = errors;
  }
}

/**
 * Read a configuration: a flag beats the environment, which beats `NAME_FILE`'s content, which beats the default.
 * An empty variable counts as not set.
 *
 * @throws {ConfigError} with every error found, also those of `checks` whose settings are good
 */
export function loadConfig<Schema extends TObject>(
  schema: Schema,
  source: ConfigSource,
  checks: readonly CrossCheck<Static<Schema>>[] = [],
): Loaded<Schema> {
  const settings = settingsOf(schema, source.prefix);
  const flags = readFlags(settings, source.argv, source.positionals ?? false);
  const ignored = settings.map(({ env }) => env).filter((name) => isServiceLink(name, source.env[name] ?? ''));
  const env = { ...source.env, ...Object.fromEntries(ignored.map((name) => [name, undefined])) };
  const errors = [...flags.errors, ...unknownVariables(settings, source)];
  const config: Record<string, unknown> = {};
  for (const setting of settings) {
    try {
      const value = valueOf(setting, flags, env);
      if (value !== undefined) config[setting.key] = value;
    } catch (error) {
      errors.push(messageOf(error));
      Object.defineProperty(config, setting.key, { get: unreadable });
    }
  }
  const loaded = Object.freeze(config) as Readonly<Static<Schema>>;
  errors.push(...checks.flatMap((check) => runCheck(check, loaded)));
  if (errors.length > 0) throw new ConfigError(errors);
  return { config: loaded, positionals: flags.positionals, ignored };
}

/** A setting whose own error is reported already; a check that needs it cannot say more. */
class Unreadable extends Error {}

function unreadable(): never {
  throw new Unreadable();
}

function runCheck<Config>(check: CrossCheck<Config>, config: Readonly<Config>): string[] {
  try {
    return check(config);
  } catch (error) {
    if (error instanceof Unreadable) return [];
    throw error;
  }
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
  if (value !== undefined && Check(schema, value)) return value;
  const shown = annotation.secret ? '(hidden)' : JSON.stringify(text);
  throw new PodkitError('ERR_CONFIG', `${name}=${shown}: expected ${acceptedBy(annotation.kind, schema)}`);
}

function unknownVariables(settings: readonly Setting[], { prefix, env }: ConfigSource): string[] {
  if (prefix === '') return [];
  const known = new Set(settings.flatMap(({ env: name }) => [name, `${name}_FILE`]));
  const unknown = Object.keys(env).filter(
    (name) => name.startsWith(prefix) && !known.has(name) && !isServiceLinkName(name),
  );
  return unknown.toSorted().map((name) => {
    const near = nearest(name, known);
    return `${name}: no such setting${near === undefined ? '' : `; did you mean ${near}?`}`;
  });
}
