import { PodkitError } from '@podkit/chassis/errors';

export type StreamLinesOptions = {
  /** Maximum length of a line or packet in bytes; a longer one is dropped. */
  maxLineBytes: number;
  /** Whole lines, as latin1 text. */
  onLines: (text: string) => void;
  onTooLong: () => void;
};

/** On DogStatsD's Unix streams each packet follows its length: 4 bytes, little-endian. */
const prefixLength = 4;

/**
 * Cuts a stream into lines. The first bytes tell whether it has lines that end with `\n` or length-prefixed packets: a
 * length below 64 KiB has zeros where a line has characters.
 */
export class StreamLines {
  readonly #options: StreamLinesOptions;
  #rest: Buffer = Buffer.alloc(0);
  #prefixed: boolean | undefined;
  #skipping = false;

  constructor(options: StreamLinesOptions) {
    this.#options = options;
  }

  /** @throws {PodkitError} ERR_PACKET for a packet that is too long: the rest of the stream can't be read */
  push(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    // Wait for a whole prefix: it may contain the byte 10, which is no newline there.
    if (this.#prefixed === undefined && bytes.length < prefixLength) {
      this.#rest = Buffer.from(bytes);
      return;
    }
    this.#prefixed ??= bytes[2] === 0 && bytes[3] === 0;
    this.#rest = Buffer.from(this.#prefixed ? this.#packets(bytes) : this.#lines(bytes));
  }

  /** Call at the end of the stream, whose last line may have no newline. */
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

  /** Pass on the lines that are not too long. */
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
      if (length > this.#options.maxLineBytes)
        throw new PodkitError('ERR_PACKET', `a packet has ${length} bytes, more than maxLineBytes`);
      if (bytes.length - from - prefixLength < length) break;
      from += prefixLength;
      this.#options.onLines(bytes.toString('latin1', from, from + length));
      from += length;
    }
    return bytes.subarray(from);
  }
}
