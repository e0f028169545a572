import { messageOf } from '@podkit/chassis/errors';
import type { RedisTarget } from '../../engine/engine.ts';
import { bytesOfKey, keyOfBytes } from '../../engine/key.ts';
import type { TrackChanges } from '../../engine/near-cache.ts';
import { encodeRequest } from '../codec/encode-request.ts';
import { decodeReply, type Reply, ReplyError } from '../codec/reply-decoder.ts';
import { ForwardingConnection } from './forwarding-connection.ts';
import { endpointOf } from './sentinel.ts';
import { DecodingSink } from './sink.ts';

type Events = Parameters<TrackChanges>[0];

const [firstDelay, longestDelay, pulse] = [100, 5000, 5000];

/**
 * Hears of every change of the keys under a prefix, from a Redis 6 or later: CLIENT TRACKING in broadcasting mode over
 * RESP3, where invalidations arrive as pushes. A connection that is lost, or silent on a PING, is said to be deaf at once
 * and opened again.
 *
 * Protocol: https://redis.io/docs/latest/develop/reference/client-side-caching/
 */
export class TrackingConnection {
  readonly #target: RedisTarget;
  readonly #events: Events;
  #connection: ForwardingConnection | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #closed = false;

  constructor(target: RedisTarget, events: Events) {
    this.#target = target;
    this.#events = events;
    this.#open();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#connection?.close('tracking ends');
  }

  #open(): void {
    const { topology, ...rest } = this.#target;
    if (topology.mode === 'cluster') return this.#events.deaf('changes are not heard from a Redis Cluster');
    const endpoint = endpointOf({ ...rest, topology });
    let connection: ForwardingConnection;
    try {
      connection = new ForwardingConnection({
        endpoint,
        protocol: 3,
        onPush: (bytes) => this.#heard(decodeReply({ bytes, at: 0 })),
        onClose: (error) => this.#lost(error.message),
      });
    } catch (error) {
      // A certificate that cannot be read right now.
      return this.#lost(messageOf(error));
    }
    this.#connection = connection;
    const words = ['CLIENT', 'TRACKING', 'ON', 'BCAST', 'PREFIX', bytesOfKey(this.#events.prefix)];
    // Without a prefix Redis tells of all keys; an empty one is the same, but older versions refuse it.
    this.#ask(connection, this.#events.prefix === '' ? words.slice(0, 4) : words, () => {
      this.#failures = 0;
      this.#events.listening();
      this.#beat(connection);
    });
  }

  /** A connection that died without a word would let the memory tier answer with what is long gone. */
  #beat(connection: ForwardingConnection): void {
    this.#timer = setTimeout(() => this.#ask(connection, ['PING'], () => this.#beat(connection)), pulse);
    this.#timer.unref();
  }

  #ask(connection: ForwardingConnection, words: readonly (string | Buffer)[], then: () => void): void {
    const frame = encodeRequest(words);
    const answered = ([reply]: Reply[]) => {
      if (reply instanceof ReplyError) connection.close(`the Redis refused ${String(words[0])}: ${reply.message}`);
      else if (!connection.closed) then();
    };
    connection.send(new DecodingSink(1, answered, () => undefined), frame, 0, frame.length);
  }

  #heard(message: Reply): void {
    const [kind, keys] = Array.isArray(message) ? message : [];
    if (!(kind instanceof Buffer) || kind.toString() !== 'invalidate') return;
    this.#events.changed(Array.isArray(keys) ? keys.map((key) => keyOfBytes(key as Buffer)) : null);
  }

  #lost(reason: string): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    this.#events.deaf(reason);
    const delay = Math.min(longestDelay, firstDelay * 2 ** this.#failures) * (0.5 + Math.random() / 2);
    this.#failures += 1;
    this.#timer = setTimeout(() => this.#open(), delay);
    this.#timer.unref();
  }
}
