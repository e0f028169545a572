import type { RawRoute } from '../../../store/raw-route.ts';
import type { Client, SessionCommand } from '../client.ts';
import { CommandError } from '../commands/answer.ts';
import { failureLine } from '../commands/errors.ts';
import { integer } from '../commands/numbers.ts';
import { distinctRedis } from '../dispatch/grouping.ts';
import { encodeRequest } from '../protocol/encode-request.ts';
import { type Reply, ReplyError } from '../protocol/reply-decoder.ts';
import type { ForwardingConnection } from '../upstream/forwarding-connection.ts';
import { DecodingSink } from '../upstream/sink.ts';
import { storesBusy } from './split-commands.ts';

/**
 * WAIT numreplicas timeout: how many replicas have all that this client wrote; of several servers the one with the fewest
 * counts. It waits on a connection of its own, since other clients share the one that wrote. A server counts from the offset
 * of the connection's last command (https://redis.io/docs/latest/commands/wait/), so a PING comes first: it takes the
 * offset behind all writes that were acknowledged before.
 */
export const wait: SessionCommand = (client) => {
  const replicas = integer(client.request.text(1));
  const timeout = integer(client.request.text(2), 'ERR timeout is not an integer or out of range');
  if (timeout < 0) throw new CommandError('ERR timeout is negative');
  const routes = distinctRedis(client.endpoint.engine);
  if (routes.length === 0) throw new CommandError('ERR WAIT is not supported: no store of this endpoint has replicas');
  if (storesBusy(client) || client.pending.forwarded > 0) return false;
  client.endRun();
  // Another server may be the master now; its replicas say nothing about writes to the old one.
  if (client.used.takeLost())
    throw new CommandError('ERR a connection that this client used was lost; what it wrote before may be lost, too');
  client.beforeWaiting();
  const connections: ForwardingConnection[] = [];
  const close = (reason: string) => {
    for (const connection of connections) connection.close(reason);
  };
  const slot = client.replies.open();
  client.beginWait({ close });
  void countReplicas(client, routes, connections, { replicas, timeout }).then((line) => {
    slot.write(line);
    slot.close();
    close('done');
    return client.endWait();
  });
  return true;
};

/** Resolves with the reply; it never rejects. */
async function countReplicas(
  client: Client,
  routes: readonly RawRoute[],
  connections: ForwardingConnection[],
  asked: { replicas: number; timeout: number },
): Promise<Buffer> {
  try {
    await openAll(client, routes, connections);
    const counts = await Promise.all(connections.map((connection) => acknowledged(connection, asked)));
    return Buffer.from(`:${Math.min(...counts)}\r\n`);
  } catch (error) {
    return failureLine(error);
  }
}

/** A connection to each server that takes writes. */
async function openAll(client: Client, routes: readonly RawRoute[], into: ForwardingConnection[]): Promise<void> {
  for (const route of routes) for (const node of await client.upstream(route).nodes()) into.push(node.dedicated(2));
}

function acknowledged(
  connection: ForwardingConnection,
  { replicas, timeout }: { replicas: number; timeout: number },
): Promise<number> {
  const frame = Buffer.concat([['PING'], ['WAIT', String(replicas), String(timeout)]].map(encodeRequest));
  return new Promise((resolve, reject) => {
    const decide = ([, count]: Reply[]) =>
      count instanceof ReplyError ? reject(new CommandError(count.message)) : resolve(Number(count));
    connection.send(new DecodingSink(2, decide, reject), frame, 0, frame.length);
  });
}
