// As a namespace, so that a bundle takes in no more of it than is used: `exec` of the downward-reader waits for it.
import * as Type from 'typebox';
import { parseBytes } from './bytes.ts';
import { parseDuration } from './duration.ts';

/** The kind of a setting, beside its JSON type. The parser, `--help` and the README's table use it. */
export type Kind = 'text' | 'integer' | 'number' | 'flag' | 'duration' | 'bytes' | 'port' | 'choice' | 'list' | 'url';

/** The keywords that podkit adds to a setting's TypeBox schema. */
export type Annotation = {
  kind: Kind;
  description: string;
  /** Environment variable; by default the service's prefix and the key in upper snake case. */
  env?: string;
  /** Never printed: not in errors, not in `--help`, not in logs. */
  secret?: boolean;
  /** The default as a person writes it. */
  defaultText?: string;
};

type Options<Default> = { description: string; default?: Default; env?: string; secret?: boolean };
type Range = { minimum?: number; maximum?: number };
type Written = string | number | boolean | string[];

/** The keywords of a setting. */
function annotate<Given extends Options<Written>>(kind: Kind, options: Given) {
  return { kind, ...options, ...(options.default === undefined ? {} : { defaultText: String(options.default) }) };
}

/** The keywords of a setting whose default is parsed. */
function annotateParsed<Given extends Options<string>>(kind: Kind, options: Given, parse: (text: string) => number) {
  return { ...annotate(kind, options), ...(options.default === undefined ? {} : { default: parse(options.default) }) };
}

/** Any text. */
export const text = (options: Options<string> & { pattern?: string }) => Type.String(annotate('text', options));

/** Text that is masked wherever a configuration is shown. */
export const secret = (options: Options<string> & { minLength?: number }) =>
  Type.String(annotate('text', { ...options, secret: true }));

/** A whole number. */
export const integer = (options: Options<number> & Range) => Type.Integer(annotate('integer', options));

/** Any finite number. */
export const number = (options: Options<number> & Range) => Type.Number(annotate('number', options));

/** On or off, written as Go's ParseBool takes it; the bare flag `--name` means on. */
export const flag = (options: Options<boolean>) => Type.Boolean(annotate('flag', options));

/** A duration such as `5s`; its value is milliseconds. */
export const duration = (options: Options<string> & Range) =>
  Type.Number({ minimum: 0, ...annotateParsed('duration', options, parseDuration) });

/** A size such as `64Mi`; its value is bytes. */
export const bytes = (options: Options<string> & Range) =>
  Type.Integer({ minimum: 0, ...annotateParsed('bytes', options, parseBytes) });

/** A TCP or UDP port; 0 lets the system choose a free one. */
export const port = (options: Options<number>) =>
  Type.Integer({ ...annotate('port', options), minimum: 0, maximum: 65_535 });

/** One of a few words. */
export const choice = <const Choices extends string[]>(
  choices: readonly [...Choices],
  options: Options<Choices[number]>,
) => Type.Enum(choices, annotate('choice', options));

/** Words separated by commas. */
export const list = (options: Options<string[]>) => Type.Array(Type.String(), annotate('list', options));

/** An absolute URL, kept as text. A user name and password in it are treated as secret where it is shown. */
export const url = (options: Options<string>) => Type.String(annotate('url', options));

/** A setting that may be left out. */
export const optional = Type.Optional;

/** A service's settings, one schema: their type is `Static<typeof schema>`. */
export const settings = Type.Object;

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
  swaggerUi: flag({
    env: 'SWAGGER_UI',
    default: false,
    description:
      'Serve Swagger UI, a page that shows the OpenAPI document, at /docs (on ADMIN_PORT where there is one).',
  }),
  podName: optional(text({ env: 'POD_NAME', description: 'Name of the Pod, for logs and metrics.' })),
  podNamespace: optional(text({ env: 'POD_NAMESPACE', description: 'Namespace of the Pod, for logs and metrics.' })),
  nodeName: optional(text({ env: 'NODE_NAME', description: 'Name of the node, for logs and metrics.' })),
};

const sharedSchema = settings(sharedSettings);
export type SharedConfig = Type.Static<typeof sharedSchema>;
