import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { PodkitError } from '@podkit/chassis/errors';
import { bulkhead } from 'cockatiel';
import type { TailConfig } from './config.ts';
import { DirectoryWatchers } from './directory-watchers.ts';
import { FilePositions } from './file-positions.ts';
import type { FileSlots } from './file-slots.ts';
import { FileTail, type TailEvent } from './file-tail.ts';
import { findPaths, isExcluded } from './find-paths.ts';
import type { FilePosition, LineOrigin, OpenFile } from './open-file.ts';
import { PollLoop } from './poll-loop.ts';
import { readFifo } from './stream-tail.ts';

type TailerConfig = Pick<TailConfig, 'files' | 'exclude' | 'from' | 'maxLineBytes' | 'rotateWait' | 'pollInterval'>;
export type TailerOptions = TailerConfig & {
  slots: FileSlots;
  /** The positions at which an earlier process or source stopped. */
  positions: readonly FilePosition[];
  onLine: (line: string, origin: LineOrigin, path: string) => void;
  onFirstLine?: ((line: string, origin: LineOrigin) => void) | undefined;
  /** Awaited after each piece of a file, so that the receiver of lines can delay reading. */
  onPause?: (() => Promise<void>) | undefined;
  onEvent: (event: TailEvent, path: string) => void;
  onError: (error: unknown, path: string) => void;
};

type Tail = { loop: PollLoop; tail: FileTail } | { close: () => Promise<void> };

/** Minimum milliseconds between two reads of a file. So each read of a busy file takes more lines. */
const shortestPause = 50;
/** Maximum number of files that are read at the same time, each with a buffer. */
const maxReading = 16;
/** Milliseconds that `stop` reads on. The rest is left for the next reader. */
const stopTimeout = 1000;

/** Follows all files and named pipes that a list of paths and globs finds. */
export class Tailer {
  readonly #options: TailerOptions;
  readonly #tails = new Map<string, Tail>();
  readonly #watchers: DirectoryWatchers;
  readonly #discovery: PollLoop;
  readonly #reading = bulkhead(maxReading, Number.POSITIVE_INFINITY);
  #stopBy = Number.POSITIVE_INFINITY;
  /** The positions in closed files, which may appear again under another name. */
  readonly #known = new FilePositions();
  #first = true;

  constructor(options: TailerOptions) {
    this.#options = options;
    this.#watchers = new DirectoryWatchers((directory, name) => this.#onEvent(directory, name), options.onError);
    for (const position of options.positions) this.#known.remember(position);
    this.#discovery = new PollLoop({
      task: () => this.#discover(),
      interval: Math.max(1000, options.pollInterval),
      shortest: 4 * shortestPause,
      onError: (error) => options.onError(error, options.files.join(', ')),
    });
  }

  /** The paths of the files that are being read. */
  get files(): string[] {
    return [...this.#tails].filter(([, tail]) => 'close' in tail || tail.tail.following).map(([path]) => path);
  }

  /** The positions in closed files; after `stop` in all files. */
  get positions(): FilePosition[] {
    return this.#known.all;
  }

  /** Resolves when the existing files are found. They are read afterwards. */
  async start(): Promise<void> {
    await this.#discovery.start();
  }

  /** Read for at most a second what was written so far, and close. With `flush` a last line without a newline is passed on. */
  async stop({ flush = true }: { flush?: boolean } = {}): Promise<void> {
    this.#stopBy = performance.now() + stopTimeout;
    await this.#discovery.stop();
    this.#watchers.close();
    const ends = [...this.#tails.values()].map(async (tail) => {
      if ('close' in tail) return tail.close();
      await tail.loop.stop();
      return tail.tail.close({ flush });
    });
    this.#tails.clear();
    await Promise.all(ends);
  }

  async #discover(): Promise<void> {
    const first = this.#first;
    this.#first = false;
    const { files, exclude } = this.#options;
    const all = (await Promise.all(files.map(findPaths))).flat();
    const found = new Set(all.filter((path) => !isExcluded(path, exclude)));
    this.#watchers.watch(new Set([...files.map((pattern) => resolve(pattern)), ...found].map((path) => dirname(path))));
    for (const path of found) if (!this.#tails.has(path)) await this.#add(path, first);
    for (const [path, tail] of this.#tails)
      if (!found.has(path) && 'tail' in tail && tail.tail.over) await this.#drop(path, tail);
  }

  async #add(path: string, first: boolean): Promise<void> {
    const stats = await stat(path, { bigint: true }).catch(() => undefined);
    if (stats?.isFIFO()) return this.#addFifo(path);
    if (stats !== undefined && !stats.isFile()) return this.#refuse(path);
    // A glob such as `app.log*` also finds a file that was just renamed and is still read under its old name.
    if (stats && this.#reads({ dev: String(stats.dev), ino: String(stats.ino) })) return undefined;
    this.#tails.set(path, this.#createTail(path, first && stats !== undefined));
    return undefined;
  }

  #refuse(path: string): void {
    if (this.#isNamed(path))
      this.#options.onError(new PodkitError('ERR_FILE_TYPE', 'neither a file nor a named pipe'), path);
  }

  /** Whether the configuration has the path itself, not only a glob that finds it. */
  #isNamed(path: string): boolean {
    return this.#options.files.some((pattern) => resolve(pattern) === path);
  }

  #reads(file: { dev: string; ino: string }): boolean {
    return [...this.#tails.values()].some((tail) => 'tail' in tail && tail.tail.reads(file));
  }

  async #addFifo(path: string): Promise<void> {
    const { maxLineBytes, onLine, onEvent, onError, onPause } = this.#options;
    const close = await readFifo(path, {
      maxLineBytes,
      onLine: (line, origin) => onLine(line, origin, path),
      onEvent: (event) => onEvent(event, path),
      onError: (error) => onError(error, path),
      onPause,
    });
    this.#tails.set(path, { close });
  }

  #createTail(path: string, first: boolean): Tail {
    const { onLine, onEvent, onError, pollInterval, positions, ...rest } = this.#options;
    const tail = new FileTail({
      ...rest,
      path,
      from: first ? rest.from : 'beginning',
      resume: (file) => this.#known.find(file),
      left: this.#isNamed(path) ? positions.findLast((position) => position.path === path) : undefined,
      onLine: (line: string, file: OpenFile) => onLine(line, file, path),
      onEvent: (event) => onEvent(event, path),
      enough: () => performance.now() > this.#stopBy,
      onClose: (position) => this.#known.remember({ ...position, path }),
    });
    const task = () => this.#reading.execute(() => tail.poll());
    const onLoopError = (error: unknown) => onError(error, path);
    const loop = new PollLoop({ task, interval: pollInterval, shortest: shortestPause, onError: onLoopError });
    void loop.start();
    return { tail, loop };
  }

  async #drop(path: string, { loop, tail }: { loop: PollLoop; tail: FileTail }): Promise<void> {
    this.#tails.delete(path);
    await loop.stop();
    await tail.close({ flush: true });
  }

  #onEvent(directory: string, name: string | null): void {
    const tail = name === null ? undefined : this.#tails.get(join(directory, name));
    if (tail === undefined) this.#discovery.wake();
    else if ('loop' in tail) tail.loop.wake();
  }
}
