import { carriageReturn, lineFeed, minus, zero } from './bytes.ts';

const keepUpTo = 256 * 1024;
/** Up to this length a loop is faster than a call into native code. */
const fewBytes = 32;

/**
 * Encodes replies one behind the other into memory that it reuses; `take()` hands them out in one piece. Types that
 * RESP2 lacks (null, map, set, push, verbatim text) are written as Redis does for RESP2.
 */
export class ReplyWriter {
  protocol: 2 | 3 = 2;
  length = 0;
  #buffer = Buffer.allocUnsafeSlow(16 * 1024);

  /** `+text`; the text must have no line end. */
  simple(text: string): void {
    this.#line('+', text);
  }

  /** `-text`, such as `ERR syntax error`; line ends in it become spaces. */
  error(text: string): void {
    this.#line('-', text.replaceAll(/[\r\n]/g, ' '));
  }

  integer(value: number | bigint): void {
    if (typeof value === 'number' && value >= 0 && value < 1e9) this.#header(58, value);
    else this.#line(':', String(value));
  }

  /** A bulk string; text is written as UTF-8. */
  bulk(value: Uint8Array | string): void {
    this.#bytes(36, typeof value === 'string' ? Buffer.from(value) : value);
  }

  /** A bulk string whose bytes are given as text, a byte per character. */
  latin1(text: string): void {
    const { length } = text;
    this.#header(36, length);
    const at = this.#reserve(length + 2);
    if (length <= fewBytes)
      for (let index = 0; index < length; index += 1) this.#buffer[at + index] = text.charCodeAt(index);
    else this.#buffer.write(text, at, 'latin1');
    this.#endLine(at + length);
  }

  null(): void {
    this.raw(this.protocol === 3 ? nulls.resp3 : nulls.bulk);
  }

  /** What RESP2 knows as the null array: an aborted EXEC, a blocking pop that timed out. */
  nullArray(): void {
    this.raw(this.protocol === 3 ? nulls.resp3 : nulls.array);
  }

  array(length: number): void {
    this.#header(42, length);
  }

  /** A map of `pairs` keys and values, which the caller writes next; in RESP2 a flat array. */
  map(pairs: number): void {
    if (this.protocol === 3) this.#header(37, pairs);
    else this.#header(42, pairs * 2);
  }

  /** A set of `length` members; in RESP2 an array. */
  set(length: number): void {
    this.#header(this.protocol === 3 ? 126 : 42, length);
  }

  /** An out-of-band message; in RESP2 an array, which only connections that subscribed expect. */
  push(length: number): void {
    this.#header(this.protocol === 3 ? 62 : 42, length);
  }

  /** Plain text for people, as INFO answers it. */
  verbatim(text: string): void {
    if (this.protocol === 2) return this.bulk(text);
    this.#bytes(61, Buffer.from(`txt:${text}`));
  }

  /** Bytes that are encoded already. */
  raw(bytes: Uint8Array): void {
    const at = this.#reserve(bytes.length);
    this.#buffer.set(bytes, at);
  }

  /** What was written since the last `take()`, as bytes that are the caller's own. */
  take(): Buffer {
    const bytes = Buffer.allocUnsafe(this.length);
    this.#buffer.copy(bytes, 0, 0, this.length);
    this.length = 0;
    if (this.#buffer.length > keepUpTo) this.#buffer = Buffer.allocUnsafeSlow(16 * 1024);
    return bytes;
  }

  #bytes(kind: number, value: Uint8Array): void {
    this.#header(kind, value.length);
    const at = this.#reserve(value.length + 2);
    if (value.length <= fewBytes)
      for (let index = 0; index < value.length; index += 1) this.#buffer[at + index] = value[index] ?? 0;
    else this.#buffer.set(value, at);
    this.#endLine(at + value.length);
  }

  #line(kind: string, text: string): void {
    const at = this.#reserve(Buffer.byteLength(text) + 3);
    this.#buffer.write(kind + text, at);
    this.#endLine(this.length - 2);
  }

  #header(kind: number, value: number): void {
    const digits = countDigits(value);
    const at = this.#reserve(digits + 3);
    this.#buffer[at] = kind;
    let rest = value < 0 ? -value : value;
    for (let index = at + digits; index > at; index -= 1) {
      this.#buffer[index] = zero + (rest % 10);
      rest = Math.floor(rest / 10);
    }
    if (value < 0) this.#buffer[at + 1] = minus;
    this.#endLine(at + digits + 1);
  }

  #endLine(at: number): void {
    this.#buffer[at] = carriageReturn;
    this.#buffer[at + 1] = lineFeed;
  }

  /** Make room for `bytes` more and return where they go. */
  #reserve(bytes: number): number {
    const at = this.length;
    this.length += bytes;
    if (this.length > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(this.length, this.#buffer.length * 2));
      this.#buffer.copy(larger, 0, 0, at);
      this.#buffer = larger;
    }
    return at;
  }
}

const nulls = { bulk: Buffer.from('$-1\r\n'), array: Buffer.from('*-1\r\n'), resp3: Buffer.from('_\r\n') };

function countDigits(value: number): number {
  if (value < 0) return 1 + countDigits(-value);
  let digits = 1;
  for (let limit = 10; value >= limit; limit *= 10) digits += 1;
  return digits;
}
