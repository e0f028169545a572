import { carriageReturn, lineFeed, minus, nine, zero } from './bytes.ts';
import { ProtocolError } from './protocol-error.ts';

const question = 63;
const dot = 46;
const map = 37;
const attribute = 124;
/** The deepest replies come from Lua, which stops at 8,000. */
const maxDepth = 16_384;

/**
 * Finds where replies end in a stream of bytes from a Redis, in RESP2 or RESP3, without decoding or keeping them: it
 * remembers only a few numbers between chunks, so that a reply of any size can be passed on while it arrives.
 *
 * Protocol: https://redis.io/docs/latest/develop/reference/protocol-spec/
 */
export class ReplyScanner {
  /** First byte of the reply that `scan()` reads or found last: 45 is `-`, an error; 62 is `>`, a push. */
  kind = 0;
  /** How many elements remain, per open aggregate. */
  readonly #open: number[] = [];
  #skip = 0;
  #inLine = false;
  #type = 0;
  #number = 0;
  #digits = 0;
  #negative = false;
  /** The byte before the next one of a line. */
  #last = 0;

  /** True between replies, when no byte of the next one has been seen. */
  get idle(): boolean {
    return this.kind === 0;
  }

  /** To be called before the next reply is scanned. */
  reset(): void {
    this.kind = 0;
  }

  /**
   * Scan on from `at`. Returns the position behind the end of the reply, or -1 when the chunk ended before it.
   *
   * @throws {ProtocolError} when the bytes are no RESP; the connection is of no more use
   */
  scan(chunk: Buffer, from: number): number {
    let at = from;
    const end = chunk.length;
    while (at < end) {
      if (this.#skip > 0) {
        const step = Math.min(this.#skip, end - at);
        this.#skip -= step;
        at += step;
        if (this.#skip > 0) return -1;
        if (this.#elementDone()) return at;
        continue;
      }
      if (!this.#inLine) {
        this.#type = chunk[at] ?? 0;
        if (this.kind === 0) this.kind = this.#type;
        if (!knownTypes.has(this.#type)) throw new ProtocolError(`unknown reply type ${this.#type}`);
        this.#inLine = true;
        this.#number = this.#digits = this.#last = 0;
        this.#negative = false;
        at += 1;
      }
      at = sized.has(this.#type) ? this.#sizeLine(chunk, at) : this.#textLine(chunk, at);
      if (at < 0) return -1;
      this.#inLine = false;
      if (this.#lineDone()) return at;
    }
    return -1;
  }

  /** Go behind the line end of a simple value; -1 when it is not there yet. */
  #textLine(chunk: Buffer, from: number): number {
    const found = chunk.indexOf(lineFeed, from);
    const end = found < 0 ? chunk.length : found;
    if (end > from) this.#last = chunk[end - 1] ?? 0;
    if (found < 0) return -1;
    if (this.#last !== carriageReturn) throw new ProtocolError('line without carriage return in a reply');
    return found + 1;
  }

  /** Go behind a length: digits, or -1 for a null of RESP2. */
  #sizeLine(chunk: Buffer, from: number): number {
    for (let at = from; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0;
      if (byte === lineFeed && this.#last === carriageReturn) return at + 1;
      if (byte >= zero && byte <= nine && this.#last !== carriageReturn) {
        this.#number = this.#number * 10 + (byte - zero);
        this.#digits += 1;
      } else if (byte === minus && this.#last === 0 && nullable.has(this.#type)) this.#negative = true;
      else if (byte === question || byte === dot) throw new ProtocolError('streamed replies are not supported');
      else if (byte !== carriageReturn || this.#digits === 0 || (this.#negative && this.#number !== 1))
        throw new ProtocolError('invalid length in a reply');
      if (this.#number > Number.MAX_SAFE_INTEGER / 16) throw new ProtocolError('invalid length in a reply');
      this.#last = byte;
    }
    return -1;
  }

  /** A line is complete; true when the whole reply is. */
  #lineDone(): boolean {
    if (!sized.has(this.#type) || this.#negative) return this.#elementDone();
    if (bulks.has(this.#type)) {
      this.#skip = this.#number + 2;
      return false;
    }
    const elements =
      this.#type === attribute ? this.#number * 2 + 1 : this.#type === map ? this.#number * 2 : this.#number;
    if (elements === 0) return this.#elementDone();
    if (this.#open.length >= maxDepth) throw new ProtocolError('reply nested too deep');
    this.#open.push(elements);
    return false;
  }

  #elementDone(): boolean {
    for (;;) {
      const last = this.#open.length - 1;
      if (last < 0) return true;
      const left = (this.#open[last] ?? 1) - 1;
      this.#open[last] = left;
      if (left > 0) return false;
      this.#open.pop();
    }
  }
}

const codes = (text: string) => new Set(Buffer.from(text));
const bulks = codes('$=!');
const sized = codes('$=!*%~>|');
const nullable = codes('$*');
const knownTypes = codes('+-:_,#($=!*%~>|');
