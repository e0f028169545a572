import type {
  Static,
  TArray,
  TBoolean,
  TInteger,
  TNumber,
  TObject,
  TOptional,
  TProperties,
  TSchema,
  TString,
  TUnsafe,
} from 'typebox';
import { parseBytes } from './bytes.ts';
import { parseDuration } from './duration.ts';

/** What a setting is, beside its JSON type; the parser, `--help` and the README's table all read this. */
export type Kind = 'text' | 'integer' | 'number' | 'flag' | 'duration' | 'bytes' | 'port' | 'choice' | 'list' | 'url';

/** The podkit part of a setting's schema; it rides along in the TypeBox schema as ordinary keywords. */
export type Annotation = {
  kind: Kind;
  description: string;
  /** Environment variable, where it is not the service's prefix and the key in upper snake case. */
  env?: string;
  /** Never printed: not in errors, not in `--help`, not in logs. */
  secret?: boolean;
  /** The default as a person writes it. */
  defaultText?: string;
};

type Options<Default> = { description: string; default?: Default; env?: string; secret?: boolean };

function annotate(kind: Kind, options: Options<unknown>, parsed: unknown = options.default) {
  const { description, env, secret } = options;
  return {
    kind,
    description,
    ...(env === undefined ? {} : { env }),
    ...(secret === undefined ? {} : { secret }),
    ...(options.default === undefined ? {} : { default: parsed, defaultText: textOf(options.default) }),
  };
}

const textOf = (value: unknown): string => (Array.isArray(value) ? value.join(',') : String(value));

/**
 * A JSON Schema, to be taken as the type of TypeBox that it is. It is written here, since loading TypeBox takes four times as
 * long as starting Node, which a program that `exec` starts would wait for.
 */
const schema = (type: string, keywords: object): unknown => ({ type, ...keywords });

/** Any text. */
export const text = (options: Options<string> & { pattern?: string }) =>
  schema('string', {
    ...annotate('text', options),
    ...(options.pattern === undefined ? {} : { pattern: options.pattern }),
  }) as TString;

/** Text that must never be seen: it is masked wherever a configuration is shown. */
export const secret = (options: Options<string>) =>
  schema('string', annotate('text', { ...options, secret: true })) as TString;

/** A whole number. */
export const integer = (options: Options<number> & { minimum?: number; maximum?: number }) =>
  schema('integer', { ...annotate('integer', options), ...bounds(options) }) as TInteger;

/** Any finite number. */
export const number = (options: Options<number> & { minimum?: number; maximum?: number }) =>
  schema('number', { ...annotate('number', options), ...bounds(options) }) as TNumber;

/** On or off, written as Go's ParseBool takes it; the bare flag `--name` means on. */
export const flag = (options: Options<boolean>) => schema('boolean', annotate('flag', options)) as TBoolean;

/** A duration such as `5s`; its value is milliseconds. */
export const duration = (options: Options<string> & { minimum?: number; maximum?: number }) => {
  const parsed = options.default === undefined ? undefined : parseDuration(options.default);
  return schema('number', { minimum: 0, ...annotate('duration', options, parsed), ...bounds(options) }) as TNumber;
};

/** A size such as `64Mi`; its value is bytes. */
export const bytes = (options: Options<string> & { minimum?: number; maximum?: number }) => {
  const parsed = options.default === undefined ? undefined : parseBytes(options.default);
  return schema('integer', { minimum: 0, ...annotate('bytes', options, parsed), ...bounds(options) }) as TInteger;
};

/** A TCP or UDP port; 0 lets the system choose a free one. */
export const port = (options: Options<number>) =>
  schema('integer', { ...annotate('port', options), minimum: 0, maximum: 65_535 }) as TInteger;

/** One of a few words. */
export const choice = <const Choices extends readonly [string, ...string[]]>(
  choices: Choices,
  options: Options<Choices[number]>,
) => schema('string', { ...annotate('choice', options), enum: [...choices] }) as TUnsafe<Choices[number]>;

/** Words separated by commas. */
export const list = (options: Options<string[]>) =>
  schema('array', { items: { type: 'string' }, ...annotate('list', options) }) as TArray<TString>;

/** An absolute URL, kept as text. A user name and password in it are treated as secret where it is shown. */
export const url = (options: Options<string>) => schema('string', annotate('url', options)) as TString;

/** A setting that may be left out. */
export const optional = <Schema extends TSchema>(setting: Schema): TOptional<Schema> =>
  // As TypeBox marks it: not a keyword of JSON Schema, so nothing that lists those sees it.
  Object.defineProperty({ ...setting }, '~optional', { value: true }) as TOptional<Schema>;

/** A service's settings, one schema: their type is `Static<typeof schema>`. */
export const settings = <Properties extends TProperties>(properties: Properties): TObject<Properties> => {
  const required = Object.keys(properties).filter((key) => !('~optional' in (properties[key] ?? {})));
  return schema('object', { properties, required }) as TObject<Properties>;
};

function bounds({ minimum, maximum }: { minimum?: number; maximum?: number }) {
  return { ...(minimum === undefined ? {} : { minimum }), ...(maximum === undefined ? {} : { maximum }) };
}

/** The settings every podkit service has; spread them into its schema and override a default where it differs. */
export const sharedSettings = {
  host: text({ env: 'HOST', default: '0.0.0.0', description: 'Address to listen on.' }),
  logLevel: choice(['trace', 'debug', 'info', 'warn', 'error', 'silent'], {
    env: 'LOG_LEVEL',
    default: 'info',
    description: 'Least severe level that is logged.',
  }),
  drainDelay: duration({
    env: 'DRAIN_DELAY',
    default: '5s',
    description: 'How long the service keeps answering after SIGTERM, so that load balancers can notice.',
  }),
  shutdownTimeout: duration({
    env: 'SHUTDOWN_TIMEOUT',
    default: '15s',
    description: 'How long work in flight may take to finish after the drain delay.',
  }),
  gracePeriod: duration({
    env: 'GRACE_PERIOD',
    default: '30s',
    description: "The Pod's terminationGracePeriodSeconds. DRAIN_DELAY + SHUTDOWN_TIMEOUT + 2s must fit into it.",
  }),
  drainReadiness: choice(['keep', 'fail'], {
    env: 'DRAIN_READINESS',
    default: 'keep',
    description: 'Whether /readyz stays 200 while draining (right inside Kubernetes) or fails at once.',
  }),
  podName: optional(text({ env: 'POD_NAME', description: 'Name of the Pod, for logs and metrics.' })),
  podNamespace: optional(text({ env: 'POD_NAMESPACE', description: 'Namespace of the Pod, for logs and metrics.' })),
  nodeName: optional(text({ env: 'NODE_NAME', description: 'Name of the node, for logs and metrics.' })),
};

const sharedSchema = settings(sharedSettings);
export type SharedConfig = Static<typeof sharedSchema>;
