import type { Client, Subscribed } from '../client.ts';
import { CommandError, encodePush, type Reply } from '../commands/reply.ts';
import { sessionRoute } from '../dispatch/grouping.ts';
import { encodeRequest } from '../protocol/encode-request.ts';
import { decodeReply } from '../protocol/reply-decoder.ts';
import { invalidateChannel } from '../tracking/tracking.ts';
import { keySlot } from '../upstream/cluster/key-slot.ts';
import type { ForwardingConnection } from '../upstream/forwarding-connection.ts';

const noChannels = 'ERR no configured store supports pub/sub';

/** SSUBSCRIBE and SUNSUBSCRIBE: channels that belong to a slot, as keys do. */
const aboutShards = /^s(?:un)?subscribe$/i;

/**
 * The subscriptions of one client, on RESP3 connections of its own to the Redis, whose messages are passed on between
 * the client's replies. There is one for channels and patterns, and in a cluster one for each slot of shard channels.
 * When one is lost the client's connection is closed, so that it knows that it may have missed messages.
 */
export class Subscriptions implements Subscribed {
  readonly #client: Client;
  readonly #connections = new Map<string, ForwardingConnection>();
  /** Subscribed shard channels: each connection counts only its own. */
  readonly #shards = new Set<string>();
  #channels = 0;
  #closing = false;

  constructor(client: Client) {
    this.#client = client;
  }

  get count(): number {
    return this.#client.session.subscriptions;
  }

  /** (P|S)SUBSCRIBE and (P|S)UNSUBSCRIBE, as the client sent it. */
  send(words: readonly Buffer[]): void {
    const [command = Buffer.alloc(0), ...names] = words;
    const isLeaving = /unsubscribe$/i.test(command.toString());
    if (sessionRoute(this.#client.endpoint.engine).raw === undefined) return this.#sendHere(isLeaving, names);
    this.#sendOn(command, names, words);
    // Corrected when the Redis answers.
    if (!isLeaving) this.#client.session.subscriptions += names.length;
  }

  /** Without a Redis there is only the channel of CLIENT TRACKING. */
  #sendHere(isLeaving: boolean, names: readonly Buffer[]): void {
    if (names.some((name) => name.toString() !== invalidateChannel)) throw new CommandError(noChannels);
    const { session, replies } = this.#client;
    this.#channels = session.subscriptions = isLeaving ? 0 : 1;
    const kind = isLeaving ? 'unsubscribe' : 'subscribe';
    replies.interject(encodePush(session.protocol, [kind, invalidateChannel, this.#channels]));
  }

  #sendOn(command: Buffer, names: readonly Buffer[], words: readonly Buffer[]): void {
    if (!aboutShards.test(command.toString())) return this.#sendOver('channels', undefined, words);
    const all = names.length > 0 ? names : [...this.#shards].map((name) => Buffer.from(name, 'latin1'));
    if (all.length === 0)
      this.#client.replies.interject(encodePush(this.#client.session.protocol, ['sunsubscribe', null, 0]));
    for (const name of all) {
      const slot = keySlot(name.toString('latin1'));
      this.#sendOver(this.#isCluster ? `slot ${slot}` : 'channels', slot, [command, name]);
    }
  }

  close(): void {
    this.#closing = true;
    for (const connection of this.#connections.values()) connection.close('the client left');
    this.#connections.clear();
    this.#shards.clear();
    this.#channels = 0;
    this.#client.session.subscriptions = 0;
    this.#closing = false;
  }

  get #isCluster(): boolean {
    return sessionRoute(this.#client.endpoint.engine).raw?.target.topology.mode === 'cluster';
  }

  #sendOver(place: string, slot: number | undefined, words: readonly Buffer[]): void {
    let connection = this.#connections.get(place);
    if (connection === undefined) this.#connections.set(place, (connection = this.#open(slot)));
    connection.sendWithoutReply(encodeRequest(words));
  }

  #open(slot: number | undefined): ForwardingConnection {
    const { endpoint } = this.#client;
    const { raw } = sessionRoute(endpoint.engine);
    if (raw === undefined) throw new CommandError(noChannels);
    const events = {
      onPush: (bytes: Buffer) => this.#pass(bytes),
      onClose: () => {
        if (!this.#closing) this.#client.abandon('the connection of its subscriptions was lost');
      },
    };
    return endpoint.upstreams.of(raw, undefined).dedicated(3, events, slot);
  }

  #pass(bytes: Buffer): void {
    const { session, replies } = this.#client;
    const message = decodePush(bytes);
    const change = this.#count(message);
    const shown = change === undefined ? message : [...message.slice(0, 2), change];
    replies.interject(session.protocol === 3 && shown === message ? bytes : encodePush(session.protocol, shown));
    if (change === undefined) return;
    session.subscriptions = this.#channels + this.#shards.size;
    if (session.subscriptions === 0) this.close();
  }

  /** The count that a client sees after a change of its subscriptions; undefined for a message. */
  #count([kind, name, count]: readonly unknown[]): number | undefined {
    const word = String(kind);
    if (!word.endsWith('subscribe')) return undefined;
    if (!aboutShards.test(word)) return (this.#channels = Number(count));
    const channel = name instanceof Buffer ? name.toString('latin1') : undefined;
    if (word.startsWith('ss') && channel !== undefined) this.#shards.add(channel);
    else if (channel !== undefined) this.#shards.delete(channel);
    return this.#shards.size;
  }
}

function decodePush(bytes: Buffer): readonly Reply[] {
  const message = decodeReply({ bytes, at: 0 });
  return Array.isArray(message) ? (message as Reply[]) : [];
}
