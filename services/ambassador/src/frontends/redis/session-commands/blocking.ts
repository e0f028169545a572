import type { RawRoute } from '../../../store/raw-route.ts';
import type { Key } from '../../../store/store.ts';
import type { Client, SessionCommand } from '../client.ts';
import { CommandError } from '../commands/answer.ts';
import { unknownRequest } from '../commands/errors.ts';
import { failureLine } from '../commands/store-errors.ts';
import { commonRoute } from '../dispatch/grouping.ts';
import { positionsOrRefusal, refuseAsRedis } from '../dispatch/unfound-keys.ts';
import { commonSlot } from '../forwarding/common-slot.ts';
import { checkPrefix, forward } from '../forwarding/forward.ts';
import { copyFrame } from '../forwarding/frame.ts';
import { UpstreamRequest } from '../forwarding/upstream-request.ts';
import type { UpstreamPool } from '../upstream/pool.ts';
import { storesBusy } from './split-commands.ts';

/**
 * BLPOP and its like: on a connection of its own while it waits. The client's later requests wait for it, as in Redis.
 * The connection is closed with the client.
 */
export const blockingCommand: SessionCommand = (client, command) => {
  const positions = positionsOrRefusal(client, command);
  if (positions instanceof CommandError) return refuseAsRedis(client, command, positions);
  const keys = client.request.keys(positions);
  const route = commonRoute(client, keys);
  if (route === undefined) throw new CommandError(unknownRequest(client.request));
  checkPrefix(route, command);
  const keySlot = commonSlot(route, keys);
  if (!mayBlock(client, command.name)) return forward(client, command, route, positions, keys);
  // It is sent on another connection, so it must not overtake earlier requests.
  if (storesBusy(client) || client.pending.forwarded > 0) return false;
  client.endRun();
  client.beforeWaiting();
  wait(client, route, { keys, keySlot }, copyFrame(client.parser, route.keyPrefix, positions));
  return true;
};

/** Send it, follow redirects of a cluster, and wait. */
function wait(
  client: Client,
  route: RawRoute,
  { keys, keySlot }: { keys: readonly Key[]; keySlot: number | undefined },
  frame: Buffer,
): void {
  const { protocol } = client.session;
  const upstream = client.upstream(route);
  const slot = client.replies.open();
  let connection = upstream.dedicated(protocol, {}, keySlot);
  const leave = () => {
    client.endWait();
    connection.close('done');
  };
  const end = () => {
    slot.close();
    leave();
  };
  const reconnect = (pool: UpstreamPool) => {
    leave();
    connection = pool.dedicated(protocol);
    client.beginWait(connection);
    return connection;
  };
  const request = new UpstreamRequest(
    { upstream, frame, reconnect, near: route.near, written: keys },
    {
      receive: (chunk, start, stop) => slot.write(chunk.subarray(start, stop)),
      done: end,
      fail: (error, begun) => {
        if (begun) return client.abandon(error.message);
        slot.write(failureLine(error));
        end();
      },
    },
  );
  client.beginWait(connection);
  request.send(connection);
}

/** XREAD and XREADGROUP wait only with the option BLOCK. */
function mayBlock({ request }: Client, name: string): boolean {
  if (!name.startsWith('xread')) return true;
  for (let index = 1; index < request.count; index += 1) {
    if (request.word(index) === 'streams') return false;
    if (request.word(index) === 'block') return true;
  }
  return false;
}
