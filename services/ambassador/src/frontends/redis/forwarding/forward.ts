import { keyToBytes } from '../../../store/key.ts';
import type { RawRoute } from '../../../store/raw-route.ts';
import type { Key } from '../../../store/store.ts';
import type { Client, Command } from '../client.ts';
import { CommandError } from '../commands/reply.ts';
import type { ForwardingConnection } from '../upstream/forwarding-connection.ts';
import { callCluster } from './cluster-call.ts';
import { ForwardRun } from './forward-run.ts';
import { addPrefixed } from './frame.ts';
import { commonSlot } from './slots.ts';

/**
 * Pass the client's request on unchanged. False: it must wait for a request that it must not overtake, or for a busy
 * Redis.
 */
export function forward(
  client: Client,
  command: Command,
  route: RawRoute,
  positions: readonly number[],
  keys: readonly Key[],
): boolean {
  checkPrefix(route, command);
  const slot = commonSlot(route, keys);
  const written = command.write ? keys : undefined;
  const { pending, parser } = client;
  if (pending.writes > 0 || (command.write && pending.reads > 0)) return false;
  if (!mayPass(client, route)) return false;
  const connection = connectionFor(client, route, slot);
  if (connection.full) {
    client.endpoint.turns.waitForRoom(client);
    return false;
  }
  const got = command.isGet ? keys[0] : undefined;
  if (slot !== undefined) return callCluster(client, { route, slot, positions, written, got }, connection);
  let { run } = client;
  const behind = run?.buffer === parser.buffer && run.end === parser.frameStart;
  const joins = behind && run?.connection === connection && run.route === route;
  if (run === undefined || !joins) {
    client.beforeWaiting();
    run = client.run = new ForwardRun(client, connection, route, parser);
  }
  route.guard?.enter();
  if (route.keyPrefix !== '') addPrefixed(connection, parser, keyToBytes(route.keyPrefix), positions);
  run.extend(parser.frameEnd, written, got);
  return true;
}

/** Whether reads of a route are answered from a near cache, which holds keys of the store's own database only. */
export const isCached = ({ session }: Client, { near }: RawRoute): boolean =>
  near !== undefined && session.database === undefined;

/** Whether the policies let one command pass now; if not, the client goes on when it may ask again. */
export const mayPass = (client: Client, { guard }: RawRoute): boolean =>
  guard === undefined || guard.ready(client, () => client.endpoint.turns.workLater(client));

const namesKeys = new Set(
  'blpop brpop bzpopmin bzpopmax lmpop zmpop blmpop bzmpop xread xreadgroup sort sort_ro georadius georadiusbymember'.split(
    ' ',
  ),
);

/**
 * Refuse a command with keys in its reply, or in arguments that the command table does not know, if keys have a prefix
 * in the Redis: the client would see the prefix, or reach other keys than its own.
 */
export function checkPrefix({ keyPrefix }: RawRoute, { name }: Command): void {
  if (keyPrefix !== '' && namesKeys.has(name))
    throw new CommandError(`ERR ${name.toUpperCase()} is not supported with keyPrefix`);
}

/**
 * The connection that carries this client's requests to a route's Redis, for keys of `slot` where it has slots, or to one
 * node of it.
 *
 * @throws {UpstreamError} while the Redis can't be reached
 */
export function connectionFor(
  client: Client,
  route: RawRoute,
  slot: number | undefined,
  upstream = client.upstream(route),
): ForwardingConnection {
  try {
    const connection = upstream.connection(client.session.protocol, slot);
    client.used.add(connection);
    return connection;
  } catch (error) {
    route.guard?.enter();
    route.guard?.leave(1, false);
    throw error;
  }
}
