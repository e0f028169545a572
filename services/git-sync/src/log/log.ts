import { basename } from 'node:path';
import { getCallSites } from 'node:util';
import { describeError } from '@podkit/chassis/errors';
import { createLogger, type LogOptions as Identity, type LogFormat, type Logger } from '@podkit/chassis/log/logger';
import type { DestinationStream } from 'pino';
import type { Redactor } from './redactor.ts';

export type Fields = Record<string, unknown>;

/** An error as the error file contains it, in upstream's form. */
export type LoggedError = { Msg: string; Err: string; Args: Fields };

export type LogOptions = Pick<Identity, 'service' | 'version' | 'identity'> & {
  /** Lines of this level and below are written; errors always are. */
  verbosity: number;
  redactor: Redactor;
};

/** Upstream's levels 1 to 9 have more and more detail; pino's levels fall with more detail. Upstream's 0 is `info`. */
const details = ['v1', 'v2', 'v3', 'v4', 'v5', 'v6', 'v7', 'v8', 'v9'] as const;
type Detail = (typeof details)[number];
const infoLevel = 30;
const customLevels = Object.fromEntries(details.map((name, at) => [name, infoLevel - 1 - at])) as Record<
  Detail,
  number
>;

type LogParts = {
  create: (logger: string, fields: Fields) => Logger<Detail>;
  logger: string;
  fields: Fields;
  redactor: Redactor;
  verbosity: number;
  onError?: ((error: LoggedError) => void) | undefined;
};

/** Logs by pino with upstream's fields: one JSON object per line. */
export class Log {
  readonly #pino: Logger<Detail>;
  readonly #parts: LogParts;

  private constructor(parts: LogParts) {
    this.#pino = parts.create(parts.logger, parts.fields);
    this.#parts = parts;
  }

  static create({ verbosity, redactor, ...identity }: LogOptions, destination: DestinationStream): Log {
    const level = levelName(verbosity);
    // Each name needs a logger of its own: pino's children keep their parent's first fields, `logger` and `level`.
    const create = (logger: string, fields: Fields) =>
      createLogger({ ...identity, level, format: upstreamFormat(redactor, logger) }, destination).child(fields);
    return new Log({ create, logger: '', fields: {}, redactor, verbosity });
  }

  /** The logger itself, for a library that logs by pino. */
  get pino(): Logger {
    // Custom levels change the type; pino's own levels are all there.
    return this.#pino as unknown as Logger;
  }

  /** 0: what changed; 1 to 4: details; 5: commands; 6: their output; 9: everything. */
  info(level: number, msg: string, fields: Fields = {}): void {
    const { redactor, verbosity } = this.#parts;
    if (level <= verbosity) this.#pino[levelName(level)]({ caller: findCaller(), ...fields }, redactor.redact(msg));
  }

  error(error: unknown, msg: string, fields: Fields = {}): void {
    const { redactor, onError } = this.#parts;
    const text = error === undefined ? null : redactor.redact(describeError(error));
    const message = redactor.redact(msg);
    this.#pino.error({ caller: findCaller(), error: text, ...fields }, message);
    onError?.({ Msg: message, Err: text ?? '', Args: redactor.redactAll(fields) as Fields });
  }

  /**
   * A log with a name, fields for every line, and a listener that gets errors without secrets.
   */
  child({ fields = {}, ...own }: Partial<Pick<LogParts, 'logger' | 'fields' | 'onError'>>): Log {
    return new Log({ ...this.#parts, onError: undefined, ...own, fields: { ...this.#parts.fields, ...fields } });
  }
}

/** Lines as upstream writes them. */
const upstreamFormat = (redactor: Redactor, logger: string): LogFormat<Detail> => ({
  customLevels,
  timestamp: upstreamTime,
  formatters: { level: formatLevel(logger), log: (line) => redactor.redactAll(withErrorText(line)) as Fields },
});

function levelName(level: number): Detail | 'info' {
  return level <= 0 ? 'info' : (details[level - 1] ?? 'v9');
}

/** Fastify logs errors as `err`. */
function withErrorText({ err, ...line }: Fields): Fields {
  return err === undefined ? line : { error: describeError(err), ...line };
}

/** The first fields of a line: the logger's name and upstream's level; errors have no level. */
function formatLevel(logger: string): (label: string, number: number) => object {
  return (_label, number) => (number > infoLevel ? { logger } : { logger, level: infoLevel - number });
}

/** `2006-01-02 15:04:05.000000`, in UTC. */
function upstreamTime(): string {
  return `,"ts":"${new Date().toISOString().replace('T', ' ').replace('Z', '000')}"`;
}

function findCaller(): { file: string; line: number } {
  // The bundle's source map is not used: reading it takes 70 MB.
  const site = getCallSites(3, { sourceMap: false })[2];
  return { file: basename(site?.scriptName ?? ''), line: site?.lineNumber ?? 0 };
}
