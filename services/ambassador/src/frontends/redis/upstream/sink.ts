import { type DecodedReply, decodeReply } from '../protocol/reply-decoder.ts';
import type { UpstreamError } from './redis-server.ts';

/** Waits for the replies of consecutive requests on one connection. */
export interface ReplySink {
  /** Replies that have not come in full; the connection counts it down. */
  remaining: number;
  /** Bytes of its replies, in order, borrowed from the chunk; a reply may come in several pieces. */
  receive(chunk: Buffer, start: number, end: number): void;
  /** One whole error reply; without this method errors come through `receive`. `remaining` still counts it. */
  receiveError?(bytes: Buffer): void;
  /** All replies have come. */
  done(): void;
  /** The connection is lost and the remaining replies will not come; `begun` says that a part of one has come. */
  fail(error: UpstreamError, begun: boolean): void;
}

/** A sink that decodes its replies and gives all of them when they have come. */
export class DecodingSink implements ReplySink {
  remaining: number;
  readonly #parts: Buffer[] = [];
  readonly #count: number;
  readonly #resolve: (replies: DecodedReply[]) => void;
  readonly #reject: (error: UpstreamError) => void;

  constructor(count: number, resolve: (replies: DecodedReply[]) => void, reject: (error: UpstreamError) => void) {
    this.remaining = this.#count = count;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  receive(chunk: Buffer, start: number, end: number): void {
    this.#parts.push(chunk.subarray(start, end));
  }

  done(): void {
    this.#resolve(decodeReplies(Buffer.concat(this.#parts), this.#count));
  }

  fail(error: UpstreamError): void {
    this.#reject(error);
  }
}

function decodeReplies(bytes: Buffer, count: number): DecodedReply[] {
  const cursor = { bytes, at: 0 };
  return Array.from({ length: count }, () => decodeReply(cursor));
}
