import { bytesOfKey } from '../../engine/key.ts';
import { CommandError } from '../commands/answer.ts';
import { keyPositions } from '../commands/key-positions.ts';
import { unknownRequest } from '../commands/unknown-request.ts';
import type { ClientConnection } from './client-connection.ts';
import { failureLine } from './failure-line.ts';
import { checkPrefix, forward } from './forward.ts';
import { addPrefixed } from './frame.ts';
import { commonRoute } from './grouping.ts';
import type { DoorCommand } from './registry.ts';
import { storesBusy } from './split-commands.ts';

/**
 * BLPOP and its like: on a connection that no one else uses while it waits. The client's later requests wait behind
 * it, as they would in Redis, and when the client goes away so does the connection.
 */
export const blockingCommand: DoorCommand = (client, command) => {
  const positions = keyPositions(command, client.request);
  const keys = positions.map((position) => client.request.key(position));
  const route = commonRoute(client, keys);
  if (route === undefined) throw new CommandError(unknownRequest(client.request));
  checkPrefix(route, command);
  if (!mayBlock(client, command.name))
    return forward(client, command, route, positions, command.write ? keys : undefined);
  // Sent on another connection, it must not overtake what was sent before.
  if (storesBusy(client) || client.pending.forwarded > 0) return false;
  client.endRun();
  const connection = client.door.upstream(route)?.dedicated(client.session.protocol);
  if (connection === undefined) throw new CommandError(unknownRequest(client.request));
  client.beforeWaiting();
  const slot = client.replies.open();
  const end = () => {
    route.near?.invalidate(keys);
    slot.close();
    client.waitingOn(undefined);
    connection.close('done');
  };
  client.waitingOn(connection);
  addPrefixed(connection, client.parser, bytesOfKey(route.keyPrefix), positions);
  connection.expect({
    remaining: 1,
    receive: (chunk, start, stop) => slot.write(chunk.subarray(start, stop)),
    done: end,
    fail: (error, begun) => {
      if (begun) return client.abandon(error.message);
      slot.write(Buffer.from(failureLine(error)));
      end();
    },
  });
  return true;
};

/** XREAD and XREADGROUP wait only where they are told to. */
function mayBlock({ request }: ClientConnection, name: string): boolean {
  if (!name.startsWith('xread')) return true;
  for (let index = 1; index < request.count; index += 1) {
    if (request.word(index) === 'streams') return false;
    if (request.word(index) === 'block') return true;
  }
  return false;
}
