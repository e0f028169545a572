import type { Readable } from 'node:stream';
import { parseDuration } from '@podkit/chassis/config/duration';
import { compileRegex } from '../regex/bounded-regex.ts';
import type { TailConfig } from './config.ts';
import type { FileSlots } from './file-slots.ts';
import type { TailEvent } from './file-tail.ts';
import type { FilePosition, LineOrigin, Position } from './open-file.ts';
import { RecordJoiner } from './record-joiner.ts';
import { readStream } from './stream-tail.ts';
import { Tailer } from './tailer.ts';

/** Which file a line came from, and how to go on after it; a stream has no position. */
export type Mark = { path: string; position: Position | undefined };

export type LineReaderOptions = {
  config: TailConfig;
  /** What `stdin: true` reads. */
  stdin: Readable;
  positions?: readonly FilePosition[];
  /** How many files may be open; no limit unless given. */
  slots?: FileSlots | undefined;
  /** A line, or a record of several. `mark` costs, so it is made only where `marks` is true. */
  onLine: (line: string, origin: LineOrigin, mark: Mark | undefined) => void;
  marks?: boolean;
  onFirstLine?: (line: string, origin: LineOrigin) => void;
  /** Awaited after each piece, so that what takes the lines can make reading wait. */
  onPause?: (() => Promise<void>) | undefined;
  onEvent: (event: TailEvent, path: string) => void;
  onError: (error: unknown, path: string) => void;
};

/** Reads the lines of a source's files or of standard input, put together to records where it says so. */
export class LineReader {
  readonly #options: LineReaderOptions;
  readonly #joiner: RecordJoiner<Mark | undefined> | undefined;
  readonly #tailer: Tailer;
  #endStdin: (() => void) | undefined;

  /** @throws {PodkitError} for a duration or a regex that is none */
  constructor(options: LineReaderOptions) {
    this.#options = options;
    const { config, positions, onFirstLine, onEvent, onError, onLine, marks = false } = options;
    this.#joiner = config.multiline && joinerOf(config, config.multiline, onLine);
    this.#tailer = new Tailer({
      paths: config.files,
      slots: options.slots,
      from: config.from,
      maxLineBytes: config.maxLineBytes,
      rotateWait: parseDuration(config.rotateWait),
      pollInterval: Math.max(10, parseDuration(config.pollInterval)),
      ...(positions ? { positions } : {}),
      ...(onFirstLine ? { onFirstLine } : {}),
      onPause: options.onPause,
      onLine: (line, origin, path) =>
        this.#line(
          line,
          origin,
          marks ? { path, position: 'position' in origin ? (origin.position as Position) : undefined } : undefined,
        ),
      onEvent,
      onError,
    });
  }

  /** After `stop`: how far the files were read. */
  get positions(): FilePosition[] {
    return this.#tailer.positions;
  }

  get files(): string[] {
    return this.#tailer.files;
  }

  async start(): Promise<void> {
    const { config, stdin, onEvent, onError, onPause } = this.#options;
    await this.#tailer.start();
    if (!config.stdin) return;
    this.#endStdin = readStream(stdin, {
      maxLineBytes: config.maxLineBytes,
      onLine: (line, origin) => this.#line(line, origin, { path: '-', position: undefined }),
      onEvent: (event) => onEvent(event, '-'),
      onError: (error) => onError(error, '-'),
      onPause,
    });
  }

  async stop({ flush = true }: { flush?: boolean } = {}): Promise<void> {
    this.#endStdin?.();
    this.#endStdin = undefined;
    await this.#tailer.stop({ flush });
    this.#joiner?.stop();
  }

  #line(line: string, origin: LineOrigin, mark: Mark | undefined): void {
    if (this.#joiner === undefined) this.#options.onLine(line, origin, mark);
    else this.#joiner.line(line, origin, mark);
  }
}

function joinerOf(
  { maxLineBytes }: TailConfig,
  { start, maxLines, timeout }: NonNullable<TailConfig['multiline']>,
  onRecord: LineReaderOptions['onLine'],
): RecordJoiner<Mark | undefined> {
  const { regex } = compileRegex(start);
  return new RecordJoiner({
    start: regex,
    maxLines,
    maxBytes: maxLineBytes,
    timeout: parseDuration(timeout),
    onRecord,
  });
}
