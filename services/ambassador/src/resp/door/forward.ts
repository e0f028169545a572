import type { RawRoute } from '../../engine/engine.ts';
import { bytesOfKey } from '../../engine/key.ts';
import type { Key } from '../../engine/store.ts';
import { CommandError } from '../commands/answer.ts';
import { UpstreamError } from '../upstream/endpoint.ts';
import type { ForwardingConnection } from '../upstream/forwarding-connection.ts';
import type { ClientConnection } from './client-connection.ts';
import { failureLine } from './failure-line.ts';
import { ForwardRun } from './forward-run.ts';
import { addPrefixed } from './frame.ts';
import type { Command } from './registry.ts';

/**
 * Pass the client's request on as it is. False: it must wait, for what it must not overtake or for a Redis that has
 * more than enough to do.
 */
export function forward(
  client: ClientConnection,
  command: Command,
  route: RawRoute,
  positions: readonly number[],
  written: readonly Key[] | undefined,
): boolean {
  checkPrefix(route, command);
  const { pending, parser } = client;
  if (pending.writes > 0 || (command.write && pending.reads > 0)) return false;
  if (!mayPass(client, route)) return false;
  const connection = laneOf(client, route);
  if (connection === undefined) return false;
  if (connection.full) {
    client.door.waitForRoom(client);
    return false;
  }
  let { run } = client;
  const behind = run?.buffer === parser.buffer && run.end === parser.frameStart;
  const joins = behind && run?.connection === connection && run.route === route;
  if (run === undefined || !joins) {
    client.endRun();
    client.beforeWaiting();
    run = client.run = new ForwardRun(client, connection, route, parser);
  }
  route.guard?.enter();
  if (route.keyPrefix !== '') addPrefixed(connection, parser, bytesOfKey(route.keyPrefix), positions);
  run.extend(parser.frameEnd, written, command.isGet ? client.request.key(1) : undefined);
  return true;
}

/** Whether the policies let one command pass now; when not, the client goes on when it is worth asking again. */
export const mayPass = (client: ClientConnection, { guard }: RawRoute): boolean =>
  guard === undefined || guard.ready(client, () => client.door.workLater(client));

const namesKeys = new Set(
  'blpop brpop bzpopmin bzpopmax lmpop zmpop blmpop bzmpop xread xreadgroup sort sort_ro georadius georadiusbymember'.split(
    ' ',
  ),
);

/**
 * Refuse what has keys in its reply, or in words that the command table does not know, where keys have a prefix in the
 * Redis: the client would see the prefix, or reach other keys than its own.
 */
export function checkPrefix({ keyPrefix }: RawRoute, { name }: Command): void {
  if (keyPrefix !== '' && namesKeys.has(name))
    throw new CommandError(`ERR ${name.toUpperCase()} is not possible where keys have a prefix`);
}

/**
 * The connection that carries this client's requests to a route's Redis; undefined where there can be none.
 *
 * @throws {CommandError} while the Redis can't be reached
 */
export function laneOf({ door, session }: ClientConnection, route: RawRoute): ForwardingConnection | undefined {
  try {
    return door.upstream(route)?.connection(session.id, session.protocol);
  } catch (error) {
    route.guard?.enter();
    route.guard?.leave(1, false);
    if (error instanceof UpstreamError) throw new CommandError(failureLine(error).slice(1).trimEnd());
    throw error;
  }
}
