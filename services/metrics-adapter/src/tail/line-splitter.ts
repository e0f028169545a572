export type LineSplitterOptions = {
  /** Maximum length of a line in bytes; the rest of a longer line is dropped. */
  maxLineBytes: number;
  /** One line without its end (`\n` or `\r\n`); `end` is the byte position after it. */
  onLine: (line: string, end: number) => void;
  /** Called once for each line that was cut. */
  onCut?: () => void;
};

const newline = 10;
const carriageReturn = 13;
const empty = Buffer.alloc(0);

/**
 * Cuts chunks of bytes into lines. Only whole lines are decoded, so a multi-byte character is never split. Bytes that are
 * not UTF-8 become U+FFFD.
 */
export class LineSplitter {
  readonly #options: LineSplitterOptions;
  #pending: Buffer = empty;
  /** Whether the rest of a line is skipped because it is too long. */
  #skipping = false;

  constructor(options: LineSplitterOptions) {
    this.#options = options;
  }

  /** The bytes of an unfinished line. */
  get pending(): number {
    return this.#pending.length;
  }

  /** Take bytes that begin at the position `start` of the file. The caller may overwrite them afterwards. */
  push(chunk: Buffer, start: number): void {
    let from = 0;
    for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, from)) {
      this.#line(chunk, from, at, start + at + 1);
      from = at + 1;
    }
    if (from < chunk.length) this.#keep(chunk.subarray(from));
  }

  /** Pass on a last line without a newline; `end` is the position after it. */
  flush(end: number): void {
    const last = this.#pending;
    this.#pending = empty;
    this.#skipping = false;
    if (last.length > 0) this.#emit(last, 0, last.length, end);
  }

  #line(chunk: Buffer, from: number, to: number, end: number): void {
    if (this.#skipping) {
      this.flush(end);
    } else if (this.#pending.length > 0) {
      const whole = Buffer.concat([this.#pending, chunk.subarray(from, to)]);
      this.#pending = empty;
      this.#emit(whole, 0, whole.length, end);
    } else {
      this.#emit(chunk, from, to, end);
    }
  }

  #keep(rest: Buffer): void {
    if (this.#skipping) return;
    this.#pending = Buffer.concat([this.#pending, rest]);
    if (this.#pending.length <= this.#options.maxLineBytes) return;
    this.#pending = Buffer.from(this.#pending.subarray(0, this.#options.maxLineBytes));
    this.#skipping = true;
    this.#options.onCut?.();
  }

  #emit(bytes: Buffer, from: number, to: number, end: number): void {
    // After a truncation, a writer that does not append leaves zeros up to its old position.
    let start = from;
    while (start < to && bytes[start] === 0) start += 1;
    let stop = to > start && bytes[to - 1] === carriageReturn ? to - 1 : to;
    if (stop - start > this.#options.maxLineBytes) {
      stop = start + this.#options.maxLineBytes;
      this.#options.onCut?.();
    }
    this.#options.onLine(bytes.toString('utf8', start, stop), end);
  }
}

/** The first line of a file without the byte order mark that some programs write. */
export const withoutByteOrderMark = (line: string): string => (line.startsWith('\uFEFF') ? line.slice(1) : line);
