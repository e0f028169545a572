import type { Static, TObject } from 'typebox';
import { Check } from 'typebox/schema';
import { describeError, PodkitError } from '../errors.ts';
import type { Given, Grammar } from './grammar.ts';
import { podkitGrammar } from './podkit-grammar.ts';
import { isServiceLink } from './service-link.ts';
import { listSettings, type Setting } from './setting.ts';
import { describeAccepted } from './setting-text.ts';

export type Environment = Record<string, string | undefined>;

export type ConfigSource = {
  /** Prefix of the service's own variables, such as `AMBASSADOR_`. An unknown variable with it is refused. */
  prefix: string;
  env: Environment;
  argv: readonly string[];
  /** Whether the command line may have words beside flags. */
  positionals?: boolean;
  /** How flags and variables are written; `podkitGrammar` by default. */
  grammar?: Grammar;
};

/** Finds errors that only several settings together can show; each becomes a line of the ConfigError. */
export type CrossCheck<Config> = (config: Readonly<Config>) => string[];

export type Loaded<Schema extends TObject> = {
  config: Readonly<Static<Schema>>;
  positionals: string[];
  /** Variables with the name of a setting that Kubernetes set for a Service; they were ignored. */
  ignored: string[];
};

/** A configuration that cannot be used. `errors` has a line for each error, with the name of its setting. */
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
 * @throws {ConfigError} with every error, also those of `checks` whose settings are valid
 */
export function loadConfig<Schema extends TObject>(
  schema: Schema,
  source: ConfigSource,
  checks: readonly CrossCheck<Static<Schema>>[] = [],
): Loaded<Schema> {
  const { prefix, argv, grammar = podkitGrammar(prefix, source.positionals ?? false) } = source;
  const settings = listSettings(schema, prefix);
  const flags = grammar.readFlags(settings, argv);
  const ignored = settings.map(({ env }) => env).filter((name) => isServiceLink(name, source.env[name] ?? ''));
  const env = { ...source.env, ...Object.fromEntries(ignored.map((name) => [name, undefined])) };
  const errors = [...flags.errors, ...grammar.checkVariables(settings, env)];
  const config: Record<string, unknown> = {};
  for (const setting of settings) {
    try {
      const given = flags.given.get(setting.key) ?? grammar.readVariable(setting, env);
      const value = given === undefined ? takeDefault(setting) : parseGiven(setting, given, grammar);
      if (value !== undefined) config[setting.key] = value;
    } catch (error) {
      errors.push(describeError(error));
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

function takeDefault({ schema, required, annotation, env }: Setting): unknown {
  if ('default' in schema) return schema.default;
  if (!required) return undefined;
  const accepted = describeAccepted(annotation.kind, schema);
  throw new PodkitError('ERR_CONFIG', `${env}: required; ${accepted} (${annotation.description})`);
}

/**
 * The value of a setting from what was given for it, checked by its schema.
 *
 * @throws {PodkitError} ERR_CONFIG, which shows no secret
 */
export function parseGiven(setting: Setting, { name, texts }: Given, { parse }: Pick<Grammar, 'parse'>): unknown {
  const { annotation, schema } = setting;
  try {
    const value = parse(setting, texts);
    if (value === undefined || Check(schema, value)) return value;
  } catch {
    // The error below says what is expected.
  }
  const shown = annotation.secret ? '(hidden)' : JSON.stringify(texts.join(','));
  throw new PodkitError('ERR_CONFIG', `${name}=${shown}: expected ${describeAccepted(annotation.kind, schema)}`);
}
