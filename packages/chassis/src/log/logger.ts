import { type DestinationStream, type Logger, type LoggerOptions, pino, stdTimeFunctions } from 'pino';
import { logOutput } from './output.ts';

export type { Logger } from 'pino';

export type LogOptions = {
  service: string;
  version: string;
  level: string;
  /** Facts that stand on every line where they are known. */
  identity?: { pod?: string | undefined; namespace?: string | undefined; node?: string | undefined };
};

/** Where secrets travel; whatever stands there is replaced before a line is written. */
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

/** A logger that writes one JSON object per line, with the level as a word and the time in ISO 8601. */
export function createLogger(options: LogOptions, destination?: DestinationStream): Logger {
  const { pod, namespace, node } = options.identity ?? {};
  const settings: LoggerOptions = {
    level: options.level,
    base: withoutUndefined({ service: options.service, version: options.version, pod, namespace, node }),
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: secretPaths.flatMap(everywhere), censor: '[hidden]' },
  };
  return pino(settings, destination ?? logOutput());
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
