import type { RawRoute } from '../../../engine/engine.ts';
import { bytesOfKey } from '../../../engine/key.ts';
import type { Key } from '../../../engine/store.ts';
import { encodeRequest } from '../../codec/encode-request.ts';
import type { ClusterUpstream } from '../../upstream/cluster/cluster-upstream.ts';
import { mostRedirects, type Redirect, redirectOf } from '../../upstream/cluster/redirect.ts';
import { UpstreamError } from '../../upstream/endpoint.ts';
import type { ForwardingConnection } from '../../upstream/forwarding-connection.ts';
import { DecodingSink, type ReplySink } from '../../upstream/sink.ts';
import type { Client } from '../client.ts';
import { failureLine } from '../failure-line.ts';
import type { ReplySlot } from '../reply-queue.ts';

const asking = encodeRequest(['ASKING']);

/** Send requests to a node, with what it wants to hear first when another has named it by ASK. */
export function sendAsked(
  connection: ForwardingConnection,
  sentBy: Redirect | undefined,
  frame: Buffer,
  sink: ReplySink,
): void {
  if (sentBy?.kind === 'ask') connection.send(new DecodingSink(1, ignore, ignore), asking, 0, asking.length);
  connection.send(sink, frame, 0, frame.length);
}

const ignore = () => undefined;

export type ClusterRequest = {
  route: RawRoute;
  upstream: ClusterUpstream;
  slot: number;
  frame: Buffer;
  written: readonly Key[] | undefined;
  /** The key of a GET. */
  got: Key | undefined;
};

/** One request of a client to the node that has its slot; it goes on to where that node says that the slot has moved. */
export class ClusterCall implements ReplySink {
  remaining = 1;
  readonly #client: Client;
  readonly #request: ClusterRequest;
  readonly #reply: ReplySlot;
  #connection: ForwardingConnection;
  #redirect: Redirect | undefined;
  #redirects = 0;
  #error: Buffer | undefined;

  constructor(client: Client, request: ClusterRequest, connection: ForwardingConnection) {
    this.#client = client;
    this.#request = request;
    this.#connection = connection;
    this.#reply = client.replies.open();
    const { route, written, slot, frame } = request;
    if (written !== undefined) route.near?.invalidate(written);
    client.pending.slots.enter(slot, connection);
    client.awaited(1, this.#nearWrites);
    route.guard?.enter();
    connection.send(this, frame, 0, frame.length);
  }

  receive(chunk: Buffer, start: number, end: number): void {
    this.#forget();
    this.#reply.write(chunk.subarray(start, end));
  }

  receiveError(bytes: Buffer): void {
    const text = bytes.toString('latin1', 1, bytes.length - 2);
    const redirect = redirectOf(text, this.#connection.at?.host ?? '');
    if (redirect !== undefined && this.#redirects < mostRedirects) this.#redirect = redirect;
    else if (text.startsWith('WRONGTYPE') && this.#request.got !== undefined) this.#error = Buffer.from(bytes);
    else this.receive(bytes, 0, bytes.length);
  }

  done(): void {
    if (this.#redirect !== undefined) this.#follow(this.#redirect);
    else if (this.#error !== undefined) this.#readHash(this.#error);
    else this.#finish(true);
  }

  fail(error: UpstreamError, begun: boolean): void {
    if (begun) {
      this.#request.route.guard?.leave(1, false);
      return this.#client.abandon(error.message);
    }
    this.#reply.write(Buffer.from(failureLine(error)));
    this.#finish(false);
  }

  #follow(redirect: Redirect): void {
    const { upstream, slot, frame } = this.#request;
    const { session, pending } = this.#client;
    this.#redirect = undefined;
    this.#redirects += 1;
    this.remaining = 1;
    pending.slots.redirected(slot);
    try {
      this.#connection = upstream.follow(redirect).connection(session.id, session.protocol);
      sendAsked(this.#connection, redirect, frame, this);
    } catch (error) {
      this.fail(error instanceof UpstreamError ? error : new UpstreamError(String(error), false), false);
    }
  }

  /** The Dapr door keeps values in a hash's field `data`; where there is none, the error was right. */
  #readHash(error: Buffer): void {
    const { route, got = '' } = this.#request;
    const frame = encodeRequest(['HGET', bytesOfKey(route.keyPrefix + got), 'data']);
    const answer = ([reply]: unknown[]) => {
      const found = reply instanceof Buffer;
      this.#reply.write(found ? Buffer.concat([Buffer.from(`$${reply.length}\r\n`), reply, crlf]) : error);
      this.#finish(true);
    };
    const sink = new DecodingSink(1, answer, (failure) => this.fail(failure, false));
    this.#connection.send(sink, frame, 0, frame.length);
  }

  #finish(answered: boolean): void {
    const { route, slot } = this.#request;
    this.#forget();
    this.#reply.close();
    this.#client.pending.slots.leave(slot);
    this.#client.awaited(-1, -this.#nearWrites);
    route.guard?.leave(1, answered);
  }

  get #nearWrites(): number {
    return this.#request.written !== undefined && this.#request.route.near !== undefined ? 1 : 0;
  }

  #forget(): void {
    const { route, written } = this.#request;
    if (written !== undefined) route.near?.invalidate(written);
  }
}

const crlf = Buffer.from('\r\n');
