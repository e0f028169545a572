import { type FileHandle, open } from 'node:fs/promises';
import { LineSplitter, withoutByteOrderMark } from './line-splitter.ts';

/** A position in a file: the inode, the offset, and the first bytes, to detect other content. */
export type Position = { dev: string; ino: string; offset: number; head: string };

/** A position with the path of its file. */
export type FilePosition = Position & { path: string };

/** The file or stream of a line. */
export type LineOrigin = {
  /** Whether the current line is the first of its file or stream. */
  readonly atStart: boolean;
  /** The values of `kubernetesFields`, for a line in a container's log. */
  readonly kubernetes?: readonly string[];
};

/** The path of a line, and the position after it; a stream has no position. */
export type Mark = { path: string; position: Position | undefined };

export type OpenFileOptions = {
  path: string;
  maxLineBytes: number;
  onLine: (line: string, file: OpenFile) => void;
  onEvent: (event: 'cut' | 'truncated') => void;
  /** Whether reading must end, even before the end of the file. */
  enough: () => boolean;
  /** Awaited after each piece of the file, so that the receiver of lines can delay reading. */
  onPause?: (() => Promise<void>) | undefined;
};

const chunkLength = 128 * 1024;
/** Minimum size of a read buffer. A buffer is made for each read: thousands of files may be open, and few change. */
const shortestChunk = 4096;
/** Bytes before the offset that are compared, to detect a file that was truncated and has grown again. */
const comparedLength = 64;

/** One file, identified by its inode, that is read as it grows, even after it is renamed or removed. */
export class OpenFile implements LineOrigin {
  readonly dev: string;
  readonly ino: string;
  /** When its path began to lead to another file or to none; undefined while the path leads to this file. */
  goneSince: number | undefined;
  atStart = true;
  readonly #handle: FileHandle;
  readonly #options: OpenFileOptions;
  readonly #splitter: LineSplitter;
  #head = Buffer.alloc(0);
  #headText = '';
  /** Bytes read so far. */
  #offset = 0;
  /** The last bytes before the offset. */
  #before = Buffer.alloc(0);
  #lineEnd = 0;
  /** The time of the last write, as of the last read. */
  #written = 0n;

  private constructor(handle: FileHandle, dev: bigint, ino: bigint, options: OpenFileOptions) {
    this.#handle = handle;
    this.#options = options;
    this.dev = String(dev);
    this.ino = String(ino);
    const { maxLineBytes, onLine, onEvent } = options;
    this.#splitter = new LineSplitter({
      maxLineBytes,
      onLine: (line, end) => {
        this.#lineEnd = end;
        onLine(this.atStart ? withoutByteOrderMark(line) : line, this);
        this.atStart = false;
      },
      onCut: () => onEvent('cut'),
    });
  }

  /** @throws the error of the system, such as ENOENT or EACCES */
  static async open(options: OpenFileOptions): Promise<OpenFile> {
    const handle = await open(options.path, 'r');
    const { dev, ino } = await handle.stat({ bigint: true });
    const file = new OpenFile(handle, dev, ino, options);
    await file.#readHead();
    return file;
  }

  /** Size and time of the last write when the file was last read to its end. */
  get seen(): { size: number; written: bigint } {
    return { size: this.#offset, written: this.#written };
  }

  /** The position after the last line that was passed on. */
  get position(): Position {
    return { dev: this.dev, ino: this.ino, offset: this.#lineEnd, head: this.#headText };
  }

  is({ dev, ino }: { dev: string; ino: string }): boolean {
    return this.dev === dev && this.ino === ino;
  }

  /** Continue at a position, if the file begins with the same bytes and is long enough. */
  async resume(position: Position): Promise<void> {
    const { size } = await this.#handle.stat();
    const head = Buffer.from(position.head, 'base64');
    const same = this.#head.subarray(0, head.length).equals(head);
    if (same && size >= position.offset) this.#seek(position.offset);
  }

  /** Skip the existing lines, except an unfinished last one. */
  async skipToEnd(): Promise<void> {
    let end = (await this.#handle.stat()).size;
    const buffer = Buffer.allocUnsafe(Math.min(chunkLength, end));
    while (end > 0) {
      const start = Math.max(0, end - chunkLength);
      const { bytesRead } = await this.#handle.read(buffer, 0, end - start, start);
      const newline = buffer.subarray(0, bytesRead).lastIndexOf(10);
      if (newline !== -1) return this.#seek(start + newline + 1);
      end = start;
    }
  }

  /** The first line of the file, such as a CSV header, if it is complete and within the limit. */
  async firstLine(): Promise<string | undefined> {
    const buffer = Buffer.allocUnsafe(Math.min(chunkLength, this.#options.maxLineBytes));
    const { bytesRead } = await this.#handle.read(buffer, 0, buffer.length, 0);
    const newline = buffer.subarray(0, bytesRead).indexOf(10);
    if (newline === -1) return undefined;
    return withoutByteOrderMark(buffer.toString('utf8', 0, newline).replace(/\r$/, ''));
  }

  /** Read to the end. Each read begins a little before the offset, to detect changed content. */
  async drain(): Promise<void> {
    const { size, mtimeNs } = await this.#handle.stat({ bigint: true });
    // A file of the same length may have been truncated and written again.
    if (Number(size) === this.#offset && mtimeNs === this.#written) return;
    this.#written = mtimeNs;
    if (Number(size) < this.#offset) this.#rewind();
    if (this.#head.length < comparedLength) await this.#readHead();
    const chunk = Math.min(chunkLength, Math.max(shortestChunk, Number(size) - this.#offset));
    const buffer = Buffer.allocUnsafe(chunk + comparedLength);
    for (;;) {
      const overlap = this.#before.length;
      const { bytesRead } = await this.#handle.read(buffer, 0, chunk + overlap, this.#offset - overlap);
      if (!buffer.subarray(0, Math.min(bytesRead, overlap)).equals(this.#before)) {
        this.#rewind();
        await this.#readHead();
        continue;
      }
      if (bytesRead <= overlap) return;
      const start = this.#offset;
      this.#offset += bytesRead - overlap;
      this.#before = Buffer.from(buffer.subarray(Math.max(0, bytesRead - comparedLength), bytesRead));
      this.#splitter.push(buffer.subarray(overlap, bytesRead), start);
      if (this.#options.onPause !== undefined) await this.#options.onPause();
      if (this.#options.enough()) return;
    }
  }

  /** Close. With `flush` a last line without a newline is passed on before. */
  async close({ flush }: { flush: boolean }): Promise<void> {
    if (flush) this.#splitter.flush(this.#offset);
    await this.#handle.close();
  }

  async #readHead(): Promise<void> {
    const head = Buffer.alloc(comparedLength);
    const { bytesRead } = await this.#handle.read(head, 0, comparedLength, 0);
    this.#head = head.subarray(0, bytesRead);
    this.#headText = this.#head.toString('base64');
  }

  #seek(offset: number): void {
    this.#offset = offset;
    this.#lineEnd = offset;
    this.atStart = offset === 0;
  }

  #rewind(): void {
    this.#splitter.flush(this.#offset);
    this.#before = Buffer.alloc(0);
    this.#seek(0);
    this.#options.onEvent('truncated');
  }
}
