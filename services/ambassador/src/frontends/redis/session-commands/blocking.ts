import type { Client, SessionCommand } from '../client.ts';
import { type Located, locate } from '../dispatch/grouping.ts';
import { checkPrefix, forward } from '../forwarding/forward.ts';
import { copyFrame } from '../forwarding/frame.ts';
import { commonSlot } from '../forwarding/slots.ts';
import { replyTo, UpstreamRequest } from '../forwarding/upstream-request.ts';
import type { UpstreamPool } from '../upstream/pool.ts';
import { storesBusy } from './answer-alone.ts';

/**
 * BLPOP and other blocking commands: each on a connection of its own while it waits. The client's later requests wait for it, as in Redis.
 * The connection is closed with the client.
 */
export const blockingCommand: SessionCommand = (client, command) => {
  const located = locate(client, command);
  const { raw, positions, keys } = located;
  checkPrefix(raw, command);
  const keySlot = commonSlot(raw, keys);
  if (!mayBlock(client, command.name)) return forward(client, command, raw, positions, keys);
  // It is sent on another connection, so it must not overtake earlier requests.
  if (storesBusy(client) || client.pending.forwarded > 0) return false;
  client.beforeWaiting();
  sendAndWait(client, located, keySlot);
  return true;
};

/** Send it, follow redirects of a cluster, and wait. */
function sendAndWait(client: Client, { raw, positions, keys }: Located, keySlot: number | undefined): void {
  const { protocol } = client.session;
  const upstream = client.upstream(raw);
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
  const frame = copyFrame(client.parser, raw.keyPrefix, positions);
  const options = { upstream, frame, reconnect, near: raw.near, written: keys };
  client.beginWait(connection);
  new UpstreamRequest(options, replyTo(client, slot, end)).send(connection);
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
