export type LineSplitterOptions = {
  /** Bytes of a line that are kept; the rest of a longer one is dropped up to its end. */
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
 * Cuts bytes into lines, whatever the chunks they come in. A multi-byte character is never torn, since bytes become
 * text only when their line is whole; bytes that are no UTF-8 become U+FFFD.
 */
export class LineSplitter {
  readonly #options: LineSplitterOptions;
  #pending: Buffer = empty;
  /** The rest of a line that is too long already. */
  #skipping = false;

  constructor(options: LineSplitterOptions) {
    this.#options = options;
  }

  /** Bytes of a line that has not ended yet. */
  get pending(): number {
    return this.#pending.length;
  }

  /** Take bytes that begin at the position `start` of the file. They may be overwritten once this returns. */
  push(chunk: Buffer, start: number): void {
    let from = 0;
    for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, from)) {
      this.#line(chunk, from, at, start + at + 1);
      from = at + 1;
    }
    if (from < chunk.length) this.#keep(chunk.subarray(from));
  }

  /** Hand over a last line that has no end; `end` is the position after it. */
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
    // A writer that does not append leaves a hole of zeros where a truncated file was longer.
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

/** The first line of a file or stream without the mark that some editors and programs of Windows begin it with. */
export const withoutByteOrderMark = (line: string): string => (line.startsWith('\uFEFF') ? line.slice(1) : line);
