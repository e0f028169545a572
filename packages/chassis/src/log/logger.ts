import { type DestinationStream, type Logger, type LoggerOptions, pino, stdTimeFunctions } from 'pino';
import { logOutput } from './output.ts';

export type { Logger } from 'pino';

export type LogOptions<Levels extends string = never> = {
  service: string;
  version: string;
  level: string;
  /** Fields of every line, if they are known. */
  identity?: { pod?: string | undefined; namespace?: string | undefined; node?: string | undefined };
  /** The format of lines; podkit's by default. */
  format?: LogFormat<Levels> | undefined;
};

/** What differs between formats: levels beside pino's, the time, the fields, what is hidden (also by a hook). */
export type LogFormat<Levels extends string = never> = Pick<
  LoggerOptions<Levels>,
  'customLevels' | 'timestamp' | 'formatters' | 'redact' | 'hooks'
>;

/** Fields that may have secrets. Their values are replaced before a line is written. */
const secretPaths = [
  'authorization',
  'cookie',
  'password',
  'secret',
  'token',
  'apiKey',
  '["dapr-api-token"]',
  '["set-cookie"]',
];

/** The level as a word, the time in ISO 8601, and `[hidden]` in place of secrets. */
const podkitFormat: Omit<LogFormat, 'customLevels'> = {
  timestamp: stdTimeFunctions.isoTime,
  formatters: { level: (label) => ({ level: label }) },
  redact: { paths: secretPaths.flatMap(everywhere), censor: '[hidden]' },
};

/** A logger that writes one JSON object per line. */
export function createLogger<Levels extends string = never>(
  { service, version, level, identity = {}, format = podkitFormat }: LogOptions<Levels>,
  destination: DestinationStream = logOutput(),
): Logger<Levels> {
  const { pod, namespace, node } = identity;
  const base = withoutUndefined({ service, version, pod, namespace, node });
  return pino<Levels>({ level, base, ...format }, destination);
}

/** A name at the top of a line, one level down, and among request headers. */
function everywhere(name: string): string[] {
  if (name.startsWith('[')) return [name, `*${name}`, `headers${name}`];
  return [name, `*.${name}`, `headers.${name}`];
}

function withoutUndefined(fields: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
