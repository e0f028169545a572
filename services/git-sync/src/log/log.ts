import { basename } from 'node:path';
import { getCallSites } from 'node:util';
import { messageOf } from '@podkit/chassis/errors';
import type { Redactor } from './redactor.ts';

export type Fields = Record<string, unknown>;

/** The last error of a logger: what the error file holds. */
export type LoggedError = { Msg: string; Err: string; Args: Fields };

export type LogOptions = {
  /** Lines of this level and below are written; errors always are. */
  verbosity: number;
  write: (line: string) => void;
  redactor: Redactor;
  now?: () => Date;
  logger?: string;
  fields?: Fields;
  /** Told of each error that is logged, already redacted. */
  onError?: (error: LoggedError) => void;
};

/** Logs as git-sync does: one JSON object per line with a level that counts up the less a line matters. */
export class Log {
  readonly #options: LogOptions;

  constructor(options: LogOptions) {
    this.#options = options;
  }

  /** Whether lines of this level are written. */
  enabled(level: number): boolean {
    return level <= this.#options.verbosity;
  }

  /** 0: what changed; 1 to 4: details; 5: commands; 6: their output; 9: everything. */
  info(level: number, msg: string, fields: Fields = {}): void {
    if (this.enabled(level)) this.#line({ level }, msg, fields);
  }

  error(error: unknown, msg: string, fields: Fields = {}): void {
    const { redactor, onError } = this.#options;
    const text = error === undefined ? null : redactor.redact(messageOf(error));
    this.#line({ error: text }, msg, fields);
    const args = redactor.redactAll(fields) as Fields;
    onError?.({ Msg: redactor.redact(msg), Err: text ?? '', Args: args });
  }

  /** The same log for a part of the program: a name, fields on every line, its own listener for errors. */
  child(changes: Pick<LogOptions, 'logger' | 'fields' | 'onError'>): Log {
    const { onError: _, ...rest } = this.#options;
    return new Log({ ...rest, ...changes, fields: { ...rest.fields, ...changes.fields } });
  }

  #line(kind: Fields, msg: string, fields: Fields): void {
    const { write, redactor, now = () => new Date(), logger = '', fields: standing } = this.#options;
    // Not through the bundle's source map, which costs 70 MB to read.
    const site = getCallSites(3, { sourceMap: false })[2];
    const caller = { file: basename(site?.scriptName ?? ''), line: site?.lineNumber ?? 0 };
    const ts = now().toISOString().replace('T', ' ').replace('Z', '000');
    const line = { logger, ts, caller, ...kind, msg, ...standing, ...fields };
    write(`${JSON.stringify(redactor.redactAll(line))}\n`);
  }
}
