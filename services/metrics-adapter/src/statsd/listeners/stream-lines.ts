export type StreamLinesOptions = {
  /** Bytes of a line, or of a packet, beyond which it is dropped. */
  maxLineBytes: number;
  /** Whole lines, as latin1 text. */
  onLines: (text: string) => void;
  onTooLong: () => void;
};

/** DogStatsD's Unix streams put the length of each packet before it, 4 bytes, low byte first. */
const prefixLength = 4;

/**
 * Puts what comes on a stream together to whole lines. On its first bytes it tells lines that end with `\n` from
 * packets with their length before them: a length below 64 KiB has zeros where a line has characters.
 */
export class StreamLines {
  readonly #options: StreamLinesOptions;
  #rest: Buffer = Buffer.alloc(0);
  #prefixed: boolean | undefined;
  #skipping = false;

  constructor(options: StreamLinesOptions) {
    this.#options = options;
  }

  push(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    // No line is shorter than a prefix, and a prefix may hold a byte that looks like a line's end: 10 is a length too.
    if (this.#prefixed === undefined && bytes.length < prefixLength) {
      this.#rest = Buffer.from(bytes);
      return;
    }
    this.#prefixed ??= bytes[2] === 0 && bytes[3] === 0;
    this.#rest = Buffer.from(this.#prefixed ? this.#packets(bytes) : this.#lines(bytes));
  }

  /** The stream has ended: a last line may lack its end. */
  end(): void {
    if (this.#rest.length > 0 && this.#prefixed !== true && !this.#skipping)
      this.#options.onLines(this.#rest.toString('latin1'));
    this.#rest = Buffer.alloc(0);
  }

  #lines(bytes: Buffer): Buffer {
    const { maxLineBytes, onTooLong } = this.#options;
    let from = 0;
    if (this.#skipping) {
      from = bytes.indexOf(10) + 1;
      if (from === 0) return Buffer.alloc(0);
      this.#skipping = false;
    }
    const last = bytes.lastIndexOf(10);
    if (last >= from) this.#whole(bytes.subarray(from, last));
    const rest = bytes.subarray(Math.max(from, last + 1));
    if (rest.length <= maxLineBytes) return rest;
    this.#skipping = true;
    onTooLong();
    return Buffer.alloc(0);
  }

  /** Hand whole lines over, but for those that are too long, however they came. */
  #whole(bytes: Buffer): void {
    const { maxLineBytes, onLines, onTooLong } = this.#options;
    if (bytes.length <= maxLineBytes) return onLines(bytes.toString('latin1'));
    const kept: string[] = [];
    for (const line of bytes.toString('latin1').split('\n')) {
      if (line.length > maxLineBytes) onTooLong();
      else kept.push(line);
    }
    if (kept.length > 0) onLines(kept.join('\n'));
    return undefined;
  }

  #packets(bytes: Buffer): Buffer {
    let from = 0;
    while (bytes.length - from >= prefixLength) {
      const length = bytes.readUInt32LE(from);
      // Out of step, or a lie: nothing that follows can be trusted.
      if (length > this.#options.maxLineBytes) throw new RangeError(`a packet of ${length} bytes was announced`);
      if (bytes.length - from - prefixLength < length) break;
      from += prefixLength;
      this.#options.onLines(bytes.toString('latin1', from, from + length));
      from += length;
    }
    return bytes.subarray(from);
  }
}
