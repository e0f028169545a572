import { carriageReturn, lineFeed, minus, nine, zero } from './bytes.ts';
import { inlineToFrame } from './inline.ts';
import { ProtocolError } from './protocol-error.ts';
import type { RequestLimits } from './request-limits.ts';

const star = 42;
const dollar = 36;
const empty = Buffer.alloc(0);

/**
 * Takes the bytes of one client and finds its requests, without an object or a copy per request: after `next()` said
 * true, argument `i` is `buffer[starts[i] .. ends[i])` and the whole frame `buffer[frameStart .. frameEnd)`, until the
 * next call. Bytes once handed out are never overwritten, so a frame may be kept and sent on.
 *
 * Protocol: https://redis.io/docs/latest/develop/reference/protocol-spec/
 */
export class RequestParser {
  buffer: Buffer = empty;
  count = 0;
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  frameStart = 0;
  frameEnd = 0;
  limits: RequestLimits;
  #input: Buffer = empty;
  #end = 0;
  #position = 0;
  /** Where the request that is being read begins; equal to #position between requests. */
  #begin = 0;
  #expected = -1;
  #number = 0;
  /** True while #input is our own memory, with free room behind #end. */
  #own = false;

  constructor(limits: RequestLimits) {
    this.limits = limits;
  }

  /** Bytes held that are not yet a complete request. */
  get pending(): number {
    return this.#end - this.#begin;
  }

  /** Take the first `length` bytes of `chunk`; they are read where they are, until `keep()`. */
  push(chunk: Buffer, length = chunk.length): void {
    if (this.#begin === this.#end) return this.#take(chunk, length);
    const held = this.#end - this.#begin;
    const total = held + length;
    if (!this.#own || this.#end + length > this.#input.length || this.#begin > 0) this.#move(total);
    chunk.copy(this.#input, this.#end, 0, length);
    this.#end += length;
  }

  /** Call it before memory that was pushed is written again: what is still needed of it is copied. */
  keep(): void {
    if (this.#own) return;
    const copy = Buffer.from(this.#input.subarray(0, this.#end));
    if (this.buffer === this.#input) this.buffer = copy;
    this.#input = copy;
  }

  #take(chunk: Buffer, length: number): void {
    this.#input = chunk;
    this.#begin = this.#position = 0;
    this.#end = length;
    this.#own = false;
  }

  /** Move what is held into new memory with room to grow, so that bytes that trickle in are copied twice at most. */
  #move(total: number): void {
    const roomy = Buffer.allocUnsafeSlow(Math.max(total * 2, 4096));
    this.#input.copy(roomy, 0, this.#begin, this.#end);
    const shift = this.#begin;
    const parsed = this.#expected < 0 ? 0 : this.count;
    for (let index = 0; index < parsed; index += 1) {
      this.starts[index] = (this.starts[index] ?? 0) - shift;
      this.ends[index] = (this.ends[index] ?? 0) - shift;
    }
    this.#position -= shift;
    this.#end -= shift;
    this.#begin = 0;
    this.#input = roomy;
    this.#own = true;
  }

  /**
   * Find the next request; false when more bytes are needed. Empty requests and blank lines are skipped, as in Redis.
   *
   * @throws {ProtocolError} with Redis' own words; the connection is of no more use
   */
  next(): boolean {
    for (;;) {
      if (this.#expected < 0) {
        this.#begin = this.#position;
        this.count = 0;
        if (this.#position >= this.#end) return false;
        if (this.#input[this.#position] !== star) {
          const found = this.#inline();
          if (found === undefined) continue;
          return found;
        }
        if (!this.#line('multibulk')) return this.#incomplete();
        if (this.#number <= 0) continue;
        if (this.#number > this.limits.maxArguments) throw this.#exceeded('multibulk');
        this.#expected = this.#number;
      }
      if (!this.#arguments()) return this.#incomplete();
      this.buffer = this.#input;
      this.frameStart = this.#begin;
      this.frameEnd = this.#begin = this.#position;
      this.#expected = -1;
      return true;
    }
  }

  #arguments(): boolean {
    while (this.count < this.#expected) {
      const start = this.#position;
      if (start >= this.#end) return false;
      const kind = this.#input[start] ?? 0;
      if (kind !== dollar) throw new ProtocolError(`expected '$', got '${printable(kind)}'`);
      if (!this.#line('bulk')) return false;
      const length = this.#number;
      if (length < 0) throw new ProtocolError('invalid bulk length');
      if (length > this.limits.maxBulk) throw this.#exceeded('bulk');
      const end = this.#position + length;
      if (end + 2 > this.#end) {
        this.#position = start;
        return false;
      }
      if (this.#input[end] !== carriageReturn || this.#input[end + 1] !== lineFeed)
        throw new ProtocolError('bulk string without its line end');
      this.starts[this.count] = this.#position;
      this.ends[this.count] = end;
      this.count += 1;
      this.#position = end + 2;
    }
    return true;
  }

  /** Read `*N\r\n` or `$N\r\n` at #position into #number and go behind it; false when it is not complete. */
  #line(kind: 'multibulk' | 'bulk'): boolean {
    const input = this.#input;
    let at = this.#position + 1;
    const negative = input[at] === minus;
    if (negative && at < this.#end) at += 1;
    const first = at;
    let value = 0;
    for (; at < this.#end; at += 1) {
      const digit = input[at] ?? 0;
      if (digit < zero || digit > nine) break;
      value = value * 10 + (digit - zero);
      if (at - first > 15) throw new ProtocolError(`invalid ${kind} length`);
    }
    if (at >= this.#end) return false;
    if (input[at] !== carriageReturn || at === first) throw new ProtocolError(`invalid ${kind} length`);
    if (at + 1 >= this.#end) return false;
    if (input[at + 1] !== lineFeed) throw new ProtocolError(`invalid ${kind} length`);
    this.#number = negative ? -value : value;
    this.#position = at + 2;
    return true;
  }

  /** True: a request; false: more bytes needed; undefined: a blank line was skipped. */
  #inline(): boolean | undefined {
    const end = this.#input.indexOf(lineFeed, this.#position);
    const length = (end < 0 || end >= this.#end ? this.#end : end) - this.#position;
    if (length > this.limits.maxInline) throw new ProtocolError('too big inline request');
    if (end < 0 || end >= this.#end) return false;
    const frame = inlineToFrame(this.#input.toString('latin1', this.#position, end));
    this.#begin = this.#position = end + 1;
    if (frame === undefined) return undefined;
    const nested = new RequestParser(this.limits);
    nested.push(frame);
    const found = nested.next();
    this.buffer = frame;
    this.count = nested.count;
    for (let index = 0; index < nested.count; index += 1) {
      this.starts[index] = nested.starts[index] ?? 0;
      this.ends[index] = nested.ends[index] ?? 0;
    }
    this.frameStart = 0;
    this.frameEnd = frame.length;
    return found;
  }

  #incomplete(): false {
    if (this.pending > this.limits.maxRequest) throw new ProtocolError('too big request');
    return false;
  }

  #exceeded(kind: 'multibulk' | 'bulk'): ProtocolError {
    return new ProtocolError(`${this.limits.authenticated ? 'invalid' : 'unauthenticated'} ${kind} length`);
  }
}

const printable = (byte: number): string => (byte > 32 && byte < 127 ? String.fromCharCode(byte) : ' ');
