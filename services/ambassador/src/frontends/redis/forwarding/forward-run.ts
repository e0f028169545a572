import type { RawRoute } from '../../../store/raw-route.ts';
import type { Key } from '../../../store/store.ts';
import { failureLine } from '../commands/errors.ts';
import type { ReplyQueue, ReplySlot } from '../connection/reply-queue.ts';
import type { RequestParser } from '../protocol/request-parser.ts';
import type { ForwardingConnection } from '../upstream/forwarding-connection.ts';
import type { UpstreamError } from '../upstream/redis-server.ts';
import type { ReplySink } from '../upstream/sink.ts';
import { answerFromHash, isWrongType } from './hash-value.ts';

const readOnlyError = Buffer.from('-READONLY');

/** The client that a run belongs to, as the run uses it. */
export type RunOwner = {
  replies: ReplyQueue;
  pending: { forwarded: number; nearWrites: number };
  /** Some of the forwarded commands have been answered. */
  delivered(): void;
  /** A reply was cut in the middle, so the client's connection must be closed. */
  abandon(reason: string): void;
};

/**
 * Consecutive requests of one client that are passed to one Redis unchanged, as are their replies. It is one object for
 * all of them, and the replies are not copied while the client is next in line.
 */
export class ForwardRun implements ReplySink {
  remaining = 0;
  readonly connection: ForwardingConnection;
  readonly route: RawRoute;
  /** Where its requests stand in the client's bytes. */
  readonly buffer: Buffer;
  readonly start: number;
  end: number;
  readonly #owner: RunOwner;
  #slot: ReplySlot;
  #count = 0;
  #nearWrites = 0;
  #written: Key[] | undefined;
  /** The keys of GETs, by the place of the request. */
  #gets: Key[] | undefined;

  constructor(
    owner: RunOwner,
    connection: ForwardingConnection,
    route: RawRoute,
    { buffer, frameStart }: RequestParser,
  ) {
    this.#owner = owner;
    this.connection = connection;
    this.route = route;
    this.buffer = buffer;
    this.start = this.end = frameStart;
    this.#slot = owner.replies.open();
  }

  /** Add the request right after the last one; `written` are the keys that it changes, `got` is the key of a GET. */
  extend(frameEnd: number, written: readonly Key[] | undefined, got?: Key): void {
    this.end = frameEnd;
    if (got !== undefined) (this.#gets ??= [])[this.#count] = got;
    this.#count += 1;
    this.remaining += 1;
    const { pending } = this.#owner;
    pending.forwarded += 1;
    if (written === undefined || this.route.near === undefined) return;
    this.route.near.invalidate(written);
    (this.#written ??= []).push(...written);
    this.#nearWrites += 1;
    pending.nearWrites += 1;
  }

  receive(chunk: Buffer, start: number, end: number): void {
    this.#invalidate();
    this.#slot.write(chunk.subarray(start, end));
  }

  receiveError(bytes: Buffer): void {
    // Another server is the master now; the next request is sent there.
    if (bytes.subarray(0, readOnlyError.length).equals(readOnlyError)) this.connection.demoted();
    const key = isWrongType(bytes) ? this.#gets?.[this.#count - this.remaining] : undefined;
    if (key === undefined) this.receive(bytes, 0, bytes.length);
    else this.#readHash(key, bytes);
  }

  done(): void {
    this.#finish(true);
  }

  fail(error: UpstreamError, begun: boolean): void {
    this.#invalidate();
    if (begun) {
      this.route.guard?.leave(this.#count, false);
      return this.#owner.abandon(error.message);
    }
    const line = failureLine(error);
    for (; this.remaining > 0; this.remaining -= 1) this.#slot.write(line);
    this.#finish(false);
  }

  #finish(answered: boolean): void {
    this.#invalidate();
    this.#slot.close();
    const { pending } = this.#owner;
    pending.forwarded -= this.#count;
    pending.nearWrites -= this.#nearWrites;
    this.#owner.delivered();
    this.route.guard?.leave(this.#count, answered);
  }

  #invalidate(): void {
    if (this.#written !== undefined) this.route.near?.invalidate(this.#written);
  }

  /** Answer the refused GET from the hash; the replies after it keep their order. */
  #readHash(key: Key, error: Buffer): void {
    const hole = this.#owner.replies.open(this.#slot);
    const rest = this.#owner.replies.open(hole);
    this.#slot.close();
    this.#slot = rest;
    answerFromHash(this.connection, this.route, key, Buffer.from(error), (reply) => {
      hole.write(reply);
      hole.close();
    });
  }
}
