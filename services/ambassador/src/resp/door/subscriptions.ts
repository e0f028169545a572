import { encodeRequest } from '../codec/encode-request.ts';
import { decodeReply } from '../codec/reply-decoder.ts';
import { ReplyWriter } from '../codec/reply-writer.ts';
import { CommandError } from '../commands/answer.ts';
import type { ForwardingConnection } from '../upstream/forwarding-connection.ts';
import type { Client } from './client.ts';

/**
 * What one client has subscribed to: a connection of its own to the Redis, speaking RESP3, whose messages are passed on
 * between the client's replies. When that connection is lost the client is cut off, so that it knows that it may have
 * missed messages.
 */
export class Subscriptions {
  readonly #client: Client;
  #connection: ForwardingConnection | undefined;
  #closing = false;

  constructor(client: Client) {
    this.#client = client;
  }

  get count(): number {
    return this.#client.session.subscriptions;
  }

  /** SUBSCRIBE and its like, as the client sent it. */
  send(words: readonly Buffer[]): void {
    const connection = (this.#connection ??= this.#open());
    const frame = encodeRequest(words);
    connection.tell(frame);
  }

  close(): void {
    this.#closing = true;
    this.#connection?.close('the client left');
    this.#connection = undefined;
    this.#client.session.subscriptions = 0;
    this.#closing = false;
  }

  #open(): ForwardingConnection {
    const { door } = this.#client;
    const raw = door.engine.routes().find((route) => route.raw !== undefined)?.raw;
    if (raw === undefined) throw new CommandError('ERR no store of this door has channels');
    return door.upstream(raw).dedicated(3, {
      onPush: (bytes) => this.#pass(bytes),
      onClose: () => {
        if (!this.#closing) this.#client.abandon('the connection of its subscriptions was lost');
      },
    });
  }

  #pass(bytes: Buffer): void {
    const { session, replies } = this.#client;
    const [kind, , last] = decoded(bytes);
    const left = typeof last === 'number' && String(kind).endsWith('subscribe');
    if (left) session.subscriptions = last;
    replies.interject(session.protocol === 3 ? bytes : asArray(bytes));
    if (left && last === 0) this.close();
  }
}

function decoded(bytes: Buffer): unknown[] {
  const message = decodeReply({ bytes, at: 0 });
  return Array.isArray(message) ? message : [];
}

/** RESP2 has no pushes: the same elements as an array. */
function asArray(bytes: Buffer): Buffer {
  const writer = new ReplyWriter();
  const parts = decoded(bytes);
  writer.array(parts.length);
  for (const part of parts) {
    if (typeof part === 'number') writer.integer(part);
    else if (part instanceof Buffer) writer.bulk(part);
    else writer.null();
  }
  return writer.take();
}
