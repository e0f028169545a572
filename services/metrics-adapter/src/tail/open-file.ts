import { type FileHandle, open } from 'node:fs/promises';
import { LineSplitter, withoutByteOrderMark } from './line-splitter.ts';

/** Where reading goes on: which file, how far, and how it begins, to notice other content. */
export type Position = { dev: string; ino: string; offset: number; head: string };

/** A position, and the path that led to its file. */
export type FilePosition = Position & { path: string };

/** What a line came from, as far as those who read lines may know it. */
export type LineOrigin = {
  /** The line being handed over is the first of its file or stream. */
  readonly atStart: boolean;
  /** The values of `kubernetesFields`, for a line of a container's log. */
  readonly kubernetes?: readonly string[];
};

/** Which file a line came from, and how to go on after it; a stream has no position. */
export type Mark = { path: string; position: Position | undefined };

export type OpenFileOptions = {
  path: string;
  maxLineBytes: number;
  onLine: (line: string, file: OpenFile) => void;
  onEvent?: (event: 'cut' | 'truncated') => void;
  /** Whether reading should end, also before the end of the file. */
  enough?: (() => boolean) | undefined;
  /** Awaited after each piece of the file, so that what takes the lines can make reading wait. */
  onPause?: (() => Promise<void>) | undefined;
};

const chunkLength = 128 * 1024;
/** How much is compared to notice a file that was truncated and has grown past the old place since. */
const checkLength = 64;

/** One file, by inode, read as it grows. It stays the same file when it is renamed or removed. */
export class OpenFile implements LineOrigin {
  readonly dev: string;
  readonly ino: string;
  /** When its path began to lead elsewhere; undefined while it is the one. */
  goneSince: number | undefined;
  atStart = true;
  readonly #handle: FileHandle;
  readonly #options: OpenFileOptions;
  readonly #splitter: LineSplitter;
  readonly #buffer = Buffer.allocUnsafe(chunkLength + checkLength);
  #head = Buffer.alloc(0);
  #headText = '';
  /** Bytes read so far. */
  #offset = 0;
  /** The last bytes before the offset. */
  #before = Buffer.alloc(0);
  #lineEnd = 0;
  /** When the file was written last, as of the last read. */
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
      onCut: () => onEvent?.('cut'),
    });
  }

  /** @throws what the system says, such as ENOENT or EACCES */
  static async open(options: OpenFileOptions): Promise<OpenFile> {
    const handle = await open(options.path, 'r');
    const { dev, ino } = await handle.stat({ bigint: true });
    const file = new OpenFile(handle, dev, ino, options);
    await file.#readHead();
    return file;
  }

  /** Length and time of writing as they were when the file was last read to its end. */
  get seen(): { size: number; written: bigint } {
    return { size: this.#offset, written: this.#written };
  }

  /** The place after the line that was handed over last. */
  get position(): Position {
    return { dev: this.dev, ino: this.ino, offset: this.#lineEnd, head: this.#headText };
  }

  is({ dev, ino }: { dev: string; ino: string }): boolean {
    return this.dev === dev && this.ino === ino;
  }

  /** Go on at an earlier position, if the file still begins as it did and is long enough. */
  async resume(position: Position): Promise<void> {
    const { size } = await this.#handle.stat();
    const head = Buffer.from(position.head, 'base64');
    const same = this.#head.subarray(0, head.length).equals(head);
    if (same && size >= position.offset) this.#seek(position.offset);
  }

  /** Skip what is there already, except a last line that has not ended yet. */
  async skipToEnd(): Promise<void> {
    let end = (await this.#handle.stat()).size;
    while (end > 0) {
      const start = Math.max(0, end - chunkLength);
      const { bytesRead } = await this.#handle.read(this.#buffer, 0, end - start, start);
      const newline = this.#buffer.subarray(0, bytesRead).lastIndexOf(10);
      if (newline !== -1) return this.#seek(start + newline + 1);
      end = start;
    }
  }

  /** The first line of the file, where it is whole and within the limit; a CSV header, for instance. */
  async firstLine(): Promise<string | undefined> {
    const length = Math.min(chunkLength, this.#options.maxLineBytes);
    const { bytesRead } = await this.#handle.read(this.#buffer, 0, length, 0);
    const newline = this.#buffer.subarray(0, bytesRead).indexOf(10);
    if (newline === -1) return undefined;
    return withoutByteOrderMark(this.#buffer.toString('utf8', 0, newline).replace(/\r$/, ''));
  }

  /** Read to the end. Each read begins a little before the place, to see whether that is as it was. */
  async drain(): Promise<void> {
    const { size, mtimeNs } = await this.#handle.stat({ bigint: true });
    // A file of the same length may have been truncated and written again.
    if (Number(size) === this.#offset && mtimeNs === this.#written) return;
    this.#written = mtimeNs;
    if (Number(size) < this.#offset) this.#rewind();
    if (this.#head.length < checkLength) await this.#readHead();
    for (;;) {
      const overlap = this.#before.length;
      const { bytesRead } = await this.#handle.read(this.#buffer, 0, chunkLength + overlap, this.#offset - overlap);
      if (!this.#buffer.subarray(0, Math.min(bytesRead, overlap)).equals(this.#before)) {
        this.#rewind();
        await this.#readHead();
        continue;
      }
      if (bytesRead <= overlap) return;
      const start = this.#offset;
      this.#offset += bytesRead - overlap;
      this.#before = Buffer.from(this.#buffer.subarray(Math.max(0, bytesRead - checkLength), bytesRead));
      this.#splitter.push(this.#buffer.subarray(overlap, bytesRead), start);
      if (this.#options.onPause !== undefined) await this.#options.onPause();
      if (this.#options.enough?.()) return;
    }
  }

  /** Close; with `flush` a last line without an end is handed over before. */
  async close({ flush }: { flush: boolean }): Promise<void> {
    if (flush) this.#splitter.flush(this.#offset);
    await this.#handle.close();
  }

  async #readHead(): Promise<void> {
    const head = Buffer.alloc(checkLength);
    const { bytesRead } = await this.#handle.read(head, 0, checkLength, 0);
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
    this.#options.onEvent?.('truncated');
  }
}
