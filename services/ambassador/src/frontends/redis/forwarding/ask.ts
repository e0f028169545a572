import { passGuard } from '../../../store/raw-guard.ts';
import type { RawRoute } from '../../../store/raw-route.ts';
import type { Key } from '../../../store/store.ts';
import type { Client } from '../client.ts';
import { CommandError } from '../commands/answer.ts';
import { encodeRequest, type Words } from '../protocol/encode-request.ts';
import { type Reply, ReplyError } from '../protocol/reply-decoder.ts';
import type { ForwardingConnection } from '../upstream/forwarding-connection.ts';
import { DecodingSink } from '../upstream/sink.ts';
import { connectionFor } from './forward.ts';
import { type Reconnect, UpstreamRequest } from './upstream-request.ts';

export type AskOptions = {
  /** In a cluster, the slot of all keys. */
  slot?: number | undefined;
  /** The keys that it changes, which the near cache forgets. */
  written?: readonly Key[];
};

type Way = {
  connection: ForwardingConnection;
  reconnect?: Reconnect | undefined;
  written?: readonly Key[] | undefined;
};

/**
 * Send requests to a route's Redis on the connection that carries the client's own, after all that it sent before.
 * Resolves with one reply per request.
 */
export async function ask(
  client: Client,
  route: RawRoute,
  requests: readonly Words[],
  { slot, written }: AskOptions = {},
): Promise<Reply[]> {
  const { protocol } = client.session;
  const connection = connectionFor(client, route, slot);
  return askOver(client, route, requests, { connection, reconnect: (pool) => pool.connection(protocol), written });
}

/** The same over a given connection; redirects are followed only with `reconnect`. */
export async function askOver(client: Client, route: RawRoute, requests: readonly Words[], way: Way): Promise<Reply[]> {
  if (requests.length === 0) return [];
  const { connection, ...rest } = way;
  const options = { upstream: client.upstream(route), near: route.near, ...rest };
  const send = (words: Words) => {
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    const sink = new DecodingSink(1, ([reply]) => resolve(reply ?? null), reject);
    new UpstreamRequest({ ...options, frame: encodeRequest(words) }, sink).send(connection);
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
export function checked(reply: Reply | undefined): Exclude<Reply, ReplyError> {
  if (reply instanceof ReplyError) throw new CommandError(reply.message);
  return reply ?? null;
}
