import type { ChangeEvents } from '../../../store/changes.ts';
import { bytesToKey, keyToBytes } from '../../../store/key.ts';
import type { RedisTarget } from '../../../store/raw-route.ts';
import { Reconnector } from '../../../store/reconnector.ts';
import type { Words } from '../protocol/encode-request.ts';
import { type DecodedReply, decodeReply, ReplyError } from '../protocol/reply-decoder.ts';
import { ForwardingConnection } from './forwarding-connection.ts';
import { toServer } from './sentinel.ts';

/**
 * Reports every change of the keys under a prefix, from a Redis 6 or later: CLIENT TRACKING in broadcasting mode over
 * RESP3, where invalidations arrive as pushes. A connection that is lost, or silent on a PING, is reported as lost at
 * once and opened again.
 *
 * Protocol: https://redis.io/docs/latest/develop/reference/client-side-caching/
 */
export class TrackingConnection {
  readonly #target: RedisTarget;
  readonly #events: ChangeEvents;
  readonly #reconnector: Reconnector;
  #connection: ForwardingConnection | undefined;

  constructor(target: RedisTarget, events: ChangeEvents) {
    this.#target = target;
    this.#events = events;
    this.#reconnector = new Reconnector({
      open: () => this.#open(),
      check: () => this.#ask(['PING'], () => this.#reconnector.connected()),
      onLost: (reason) => events.lost(reason),
    });
    this.#open();
  }

  async close(): Promise<void> {
    this.#reconnector.close();
    this.#connection?.close('tracking ends');
  }

  #open(): void {
    const { topology, ...rest } = this.#target;
    if (topology.mode === 'cluster') return this.#events.lost('a Redis Cluster does not report changes');
    this.#connection = new ForwardingConnection({
      server: toServer({ ...rest, topology }),
      protocol: 3,
      onPush: (bytes) => this.#heard(decodeReply({ bytes, at: 0 })),
      onClose: (error) => this.#reconnector.lost(error.message),
    });
    const words = ['CLIENT', 'TRACKING', 'ON', 'BCAST', 'PREFIX', keyToBytes(this.#events.prefix)];
    // Without a prefix Redis reports all keys; an empty one is the same, but older versions refuse it.
    this.#ask(this.#events.prefix === '' ? words.slice(0, 4) : words, () => {
      this.#events.connected();
      this.#reconnector.connected();
    });
  }

  #ask(words: Words, then: () => void): void {
    const connection = this.#connection;
    const answered = ([reply]: DecodedReply[]) => {
      if (reply instanceof ReplyError) connection?.close(`the Redis refused ${String(words[0])}: ${reply.message}`);
      else if (connection?.closed === false) then();
    };
    connection?.ask([words]).then(answered, () => undefined);
  }

  #heard(message: DecodedReply): void {
    const [kind, keys] = Array.isArray(message) ? message : [];
    if (!(kind instanceof Buffer) || kind.toString() !== 'invalidate') return;
    this.#events.changed(Array.isArray(keys) ? keys.map((key) => bytesToKey(key as Buffer)) : null);
  }
}
