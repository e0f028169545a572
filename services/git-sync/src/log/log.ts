import { basename } from 'node:path';
import { getCallSites } from 'node:util';
import { describeError } from '@podkit/chassis/errors';
import type { Logger } from '@podkit/chassis/log/logger';
import type { Redactor } from './redactor.ts';

export type Fields = Record<string, unknown>;

/** Upstream's levels 1 to 9, by the names that pino's log has for them. Upstream's level 0 is `info`. */
export const details = ['v1', 'v2', 'v3', 'v4', 'v5', 'v6', 'v7', 'v8', 'v9'] as const;
export type Detail = (typeof details)[number];

/** The name of one of upstream's levels, 0 to 9. */
export function levelName(level: number): Detail | 'info' {
  return level <= 0 ? 'info' : (details[level - 1] ?? 'v9');
}

/** An error as the error file contains it, in upstream's form. */
export type LoggedError = { Msg: string; Err: string; Args: Fields };

type LogParts = {
  /** A logger of `upstreamStyle`. */
  pino: Logger;
  redactor: Redactor;
  /** The name on each line. */
  logger?: string;
  onError?: ((error: LoggedError) => void) | undefined;
};

/** Logs by pino with upstream's fields: one JSON object per line. */
export class Log {
  readonly #pino: Logger<Detail>;
  readonly #parts: LogParts;

  constructor(parts: LogParts) {
    // Custom levels change the type; `upstreamStyle` has them.
    this.#pino = parts.pino as unknown as Logger<Detail>;
    this.#parts = parts;
  }

  /** The logger itself, for a library that logs by pino. */
  get pino(): Logger {
    return this.#parts.pino;
  }

  /** 0: what changed; 1 to 4: details; 5: commands; 6: their output; 9: everything. */
  info(level: number, msg: string, fields: Fields = {}): void {
    const name = levelName(level);
    if (this.#pino.isLevelEnabled(name)) this.#pino[name]({ ...this.#origin(), ...fields }, msg);
  }

  error(error: unknown, msg: string, fields: Fields = {}): void {
    const { redactor, onError } = this.#parts;
    const text = error === undefined ? null : describeError(error);
    // The style of the lines redacts them.
    this.#pino.error({ ...this.#origin(), error: text, ...fields }, msg);
    onError?.(redactor.redactAll({ Msg: msg, Err: text ?? '', Args: fields }) as LoggedError);
  }

  /** A log with a name, fields for every line, and a listener that gets errors without secrets. */
  child({ fields, ...own }: Pick<LogParts, 'logger' | 'onError'> & { fields?: Fields }): Log {
    const pino = fields === undefined ? this.#parts.pino : this.#parts.pino.child(fields);
    return new Log({ ...this.#parts, onError: undefined, ...own, pino });
  }

  #origin(): Fields {
    // The bundle's source map is not used: reading it takes 70 MB.
    const site = getCallSites(3, { sourceMap: false })[2];
    const caller = { file: basename(site?.scriptName ?? ''), line: site?.lineNumber ?? 0 };
    return { logger: this.#parts.logger ?? '', caller };
  }
}
