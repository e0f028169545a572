import type { Readable } from 'node:stream';
import { compileRegex } from '../regex/bounded-regex.ts';
import type { TailConfig } from './config.ts';
import { CriLines, type UnfinishedRecords } from './cri-lines.ts';
import type { FileSlots } from './file-slots.ts';
import type { TailEvent } from './file-tail.ts';
import type { FilePosition, LineOrigin, Mark, Position } from './open-file.ts';
import { RecordJoiner } from './record-joiner.ts';
import { readStream } from './stream-tail.ts';
import { Tailer } from './tailer.ts';

export type LineReaderOptions = {
  config: TailConfig;
  /** The stream for `stdin: true`. */
  stdin: Readable;
  /** Positions and unfinished records that an earlier reader left. */
  positions: readonly FilePosition[];
  unfinished?: UnfinishedRecords;
  slots: FileSlots;
  /** Called with a line, or a record of several. `mark` is made only if `marks` is true. */
  onLine: (line: string, origin: LineOrigin, mark: Mark | undefined) => void;
  marks?: boolean;
  onFirstLine?: ((line: string, origin: LineOrigin) => void) | undefined;
  /** Called with a line that no container runtime wrote, if `cri` is true. */
  onMalformed: (line: string, origin: LineOrigin, mark: Mark | undefined) => void;
  /** Awaited after each piece, so that the receiver of lines can delay reading. */
  onPause?: (() => Promise<void>) | undefined;
  onEvent: (event: TailEvent, path: string) => void;
  onError: (error: unknown, path: string) => void;
};

/** Reads the lines of files or of standard input, and joins them to records if the settings say so. */
export class LineReader {
  readonly #options: LineReaderOptions;
  readonly #joiner: RecordJoiner | undefined;
  readonly #cri: CriLines | undefined;
  readonly #tailer: Tailer;
  #endStdin: (() => void) | undefined;

  /** @throws {PodkitError} ERR_REGEX */
  constructor(options: LineReaderOptions) {
    this.#options = options;
    const { config, slots, positions, onFirstLine, onPause, onError, onLine } = options;
    this.#joiner = config.multiline && createJoiner(config, config.multiline, onLine);
    this.#cri = config.cri ? this.#criLines(options) : undefined;
    this.#tailer = new Tailer({
      ...config,
      pollInterval: Math.max(10, config.pollInterval),
      slots,
      positions,
      onFirstLine,
      onPause,
      onLine: (line, origin, path) => this.#line(line, origin, path),
      onEvent: (event, path) => this.#event(event, path),
      onError,
    });
  }

  /** After `stop`: the positions in the files. */
  get positions(): FilePosition[] {
    return this.#tailer.positions;
  }

  /** After `stop`: the unfinished records. */
  get unfinished(): UnfinishedRecords {
    return this.#cri?.unfinished ?? new Map();
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
      onLine: (line, origin) => this.#line(line, origin, '-'),
      onEvent: (event) => onEvent(event, '-'),
      onError: (error) => onError(error, '-'),
      onPause,
    });
  }

  async stop({ flush = true }: { flush?: boolean } = {}): Promise<void> {
    this.#endStdin?.();
    this.#endStdin = undefined;
    await this.#tailer.stop({ flush });
    if (flush) this.#cri?.flush();
    this.#joiner?.stop();
  }

  #criLines({ config: { maxLineBytes }, unfinished, onMalformed, onEvent }: LineReaderOptions): CriLines {
    return new CriLines({
      maxLength: maxLineBytes,
      unfinished,
      onLine: (line, origin, mark) => this.#record(line, origin, mark),
      onMalformed,
      onCut: (path) => onEvent('cut', path),
    });
  }

  #event(event: TailEvent, path: string): void {
    if (event === 'removed') this.#cri?.flush(path);
    this.#options.onEvent(event, path);
  }

  #line(line: string, origin: LineOrigin, path: string): void {
    const position = this.#options.marks && 'position' in origin ? (origin.position as Position) : undefined;
    const mark = this.#options.marks ? { path, position } : undefined;
    if (this.#cri === undefined) this.#record(line, origin, mark);
    else this.#cri.line(line, origin, path, mark);
  }

  #record(line: string, origin: LineOrigin, mark: Mark | undefined): void {
    if (this.#joiner === undefined) this.#options.onLine(line, origin, mark);
    else this.#joiner.line(line, origin, mark);
  }
}

function createJoiner(
  { maxLineBytes }: TailConfig,
  { start, maxLines, timeout }: NonNullable<TailConfig['multiline']>,
  onRecord: LineReaderOptions['onLine'],
): RecordJoiner {
  const { regex } = compileRegex(start);
  return new RecordJoiner({ start: regex, maxLines, maxBytes: maxLineBytes, timeout, onRecord });
}
