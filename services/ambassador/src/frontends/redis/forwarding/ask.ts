import type { RawRoute } from '../../../routing/engine.ts';
import type { RawGuard } from '../../../store/raw-guard.ts';
import type { Client } from '../client.ts';
import { CommandError } from '../commands/answer.ts';
import { encodeRequest, type Words } from '../protocol/encode-request.ts';
import { type Reply, ReplyError } from '../protocol/reply-decoder.ts';
import { ClusterUpstream } from '../upstream/cluster/cluster-upstream.ts';
import type { ForwardingConnection } from '../upstream/forwarding-connection.ts';
import { UpstreamError } from '../upstream/redis-server.ts';
import { DecodingSink } from '../upstream/sink.ts';
import { askCluster } from './ask-cluster.ts';
import { failureLine } from './failure-line.ts';
import { laneOf } from './forward.ts';

/**
 * Ask a route's Redis on the client's own lane, behind all that the client sent before; one reply per request. In a
 * cluster `slot` is that of all keys.
 */
export async function ask(
  client: Client,
  route: RawRoute,
  requests: readonly Words[],
  slot?: number,
): Promise<Reply[]> {
  return askOver(client, route, requests, laneOf(client, route, slot));
}

/** The same over a connection that was chosen before. */
export async function askOver(
  client: Client,
  route: RawRoute,
  requests: readonly Words[],
  connection: ForwardingConnection,
): Promise<Reply[]> {
  if (requests.length === 0) return [];
  const { session } = client;
  const upstream = client.upstream(route);
  const frame = Buffer.concat(requests.map(encodeRequest));
  try {
    const send = () =>
      upstream instanceof ClusterUpstream
        ? askCluster(upstream, connection, requests, (pool) => pool.connection(session.id, session.protocol))
        : new Promise<Reply[]>((resolve, reject) => {
            connection.send(new DecodingSink(requests.length, resolve, reject), frame, 0, frame.length);
          });
    return await (route.guard === undefined ? send() : guarded(route.guard, send));
  } catch (error) {
    if (error instanceof UpstreamError) throw new CommandError(failureLine(error).slice(1).trimEnd());
    throw error;
  }
}

/** Wait for the policies to let it pass, and tell them what came of it. */
async function guarded<T>(guard: RawGuard, send: () => Promise<T>): Promise<T> {
  const waiter = {};
  for (let passes = false; !passes; ) {
    const { promise, resolve } = Promise.withResolvers<void>();
    passes = guard.ready(waiter, resolve);
    if (!passes) await promise;
  }
  guard.enter();
  try {
    const answer = await send();
    guard.leave(1, true);
    return answer;
  } catch (error) {
    guard.leave(1, false);
    throw error;
  }
}

/** A reply that must be a number. */
export function asNumber(reply: Reply | undefined): number {
  if (reply instanceof ReplyError) throw new CommandError(reply.message);
  return Number(reply);
}
