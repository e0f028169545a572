import { passGuard } from '../../../store/raw-guard.ts';
import type { RawRoute } from '../../../store/raw-route.ts';
import type { Key } from '../../../store/store.ts';
import type { Client } from '../client.ts';
import { CommandError } from '../commands/reply.ts';
import { encodeRequest, type Words } from '../protocol/encode-request.ts';
import { type DecodedReply, ReplyError } from '../protocol/reply-decoder.ts';
import type { ForwardingConnection } from '../upstream/forwarding-connection.ts';
import type { UpstreamPool } from '../upstream/pool.ts';
import { DecodingSink } from '../upstream/sink.ts';
import { connectionFor } from './forward.ts';
import { type Reconnect, UpstreamRequest } from './upstream-request.ts';

type AskOptions = {
  /** In a cluster, the slot of all keys. */
  slot?: number | undefined;
  /** The keys that it changes, which the near cache forgets. */
  written?: readonly Key[];
  /** A connection other than the one of the client's own requests. */
  connection?: ForwardingConnection;
  /** How a redirect is followed. Without it, redirects on another connection are not followed. */
  reconnect?: Reconnect;
};

/** Send requests to a route's Redis, after all that the client sent before. Resolves with one reply per request. */
export async function ask(
  client: Client,
  route: RawRoute,
  requests: readonly Words[],
  { slot, written, connection, reconnect }: AskOptions = {},
): Promise<DecodedReply[]> {
  if (requests.length === 0) return [];
  const { protocol } = client.session;
  const options = {
    upstream: client.upstream(route),
    near: route.near,
    written,
    reconnect: connection === undefined ? (pool: UpstreamPool) => pool.connection(protocol) : reconnect,
  };
  const first = connection ?? connectionFor(client, route, slot);
  const send = (words: Words) => {
    const { promise, resolve, reject } = Promise.withResolvers<DecodedReply>();
    const sink = new DecodingSink(1, ([reply]) => resolve(reply ?? null), reject);
    new UpstreamRequest({ ...options, frame: encodeRequest(words) }, sink).send(first);
    return promise;
  };
  const sendAll = () => Promise.all(requests.map(send));
  return route.guard === undefined ? sendAll() : passGuard(route.guard, sendAll);
}

/**
 * A reply that must not be an error.
 *
 * @throws {CommandError} with its message where it is one
 */
export function checked(reply: DecodedReply | undefined): Exclude<DecodedReply, ReplyError> {
  if (reply instanceof ReplyError) throw new CommandError(reply.message);
  return reply ?? null;
}
