import type { SessionCommand } from '../client.ts';
import { failureLine } from '../commands/errors.ts';
import { readInteger } from '../commands/numbers.ts';
import { CommandError } from '../commands/reply.ts';
import { distinctRedis } from '../dispatch/grouping.ts';
import { checked } from '../forwarding/ask.ts';
import type { ForwardingConnection } from '../upstream/forwarding-connection.ts';
import { storesBusy } from './answer-alone.ts';

/**
 * WAIT numreplicas timeout: how many replicas have all writes of this client. Of several servers, the one with the fewest
 * replicas counts. It waits on a connection of its own, since other clients share the one that wrote. A server counts from
 * the offset of the connection's last command (https://redis.io/docs/latest/commands/wait/), so a PING comes first: its
 * offset is behind all writes that were acknowledged before.
 */
export const waitCommand: SessionCommand = (client) => {
  const replicas = readInteger(client.request.text(1));
  const timeout = readInteger(client.request.text(2), 'ERR timeout is not an integer or out of range');
  if (timeout < 0) throw new CommandError('ERR timeout is negative');
  const routes = distinctRedis(client.endpoint.engine);
  if (routes.length === 0) throw new CommandError('ERR WAIT is not supported: no store of this endpoint has replicas');
  if (storesBusy(client) || client.pending.forwarded > 0) return false;
  // Another server may be the master now; its replicas say nothing about writes to the old one.
  if (client.used.takeLost())
    throw new CommandError('ERR a connection that this client used was lost; what it wrote before may be lost, too');
  client.beforeWaiting();
  const connections: ForwardingConnection[] = [];
  let isOver = false;
  const close = (reason: string) => {
    isOver = true;
    for (const connection of connections) connection.close(reason);
  };
  const count = async (): Promise<Buffer> => {
    for (const route of routes)
      for (const node of await client.upstream(route).nodes()) connections.push(node.dedicated(2));
    // The client may have left meanwhile.
    if (isOver) throw new CommandError('ERR the client left');
    const requests = [['PING'], ['WAIT', String(replicas), String(timeout)]];
    const answers = await Promise.all(connections.map((connection) => connection.ask(requests)));
    return Buffer.from(`:${Math.min(...answers.map(([, have]) => Number(checked(have))))}\r\n`);
  };
  const slot = client.replies.open();
  client.beginWait({ close });
  void count()
    .catch(failureLine)
    .then((line) => {
      slot.write(line);
      slot.close();
      close('done');
      return client.endWait();
    });
  return true;
};
