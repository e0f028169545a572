import type { RawRoute } from '../../../store/raw-route.ts';
import type { Key } from '../../../store/store.ts';
import type { Client } from '../client.ts';
import type { ForwardingConnection } from '../upstream/forwarding-connection.ts';
import { copyFrame } from './frame.ts';
import { answerFromHash, isWrongType } from './hash-value.ts';
import { type Reconnect, replyTo, UpstreamRequest } from './upstream-request.ts';

type ClusterRequest = {
  route: RawRoute;
  slot: number;
  /** Where its keys stand. */
  positions: readonly number[];
  written: readonly Key[] | undefined;
  /** The key of a GET. */
  got: Key | undefined;
};

/** Pass the client's request on to the node that has its slot. False: it must wait for others of the slot. */
export function callCluster(client: Client, request: ClusterRequest, first: ForwardingConnection): boolean {
  const { route, slot, positions, written, got } = request;
  const { session, pending } = client;
  if (!pending.slots.mayUse(slot, first)) return false;
  client.beforeWaiting();
  const frame = copyFrame(client.parser, route.keyPrefix, positions);
  const upstream = client.upstream(route);
  const reply = client.replies.open();
  const nearWrites = written !== undefined && route.near !== undefined ? 1 : 0;
  let connection = first;
  let refusal: Buffer | undefined;
  const finish = () => {
    reply.close();
    pending.slots.leave(slot);
    pending.forwarded -= 1;
    pending.nearWrites -= nearWrites;
    client.delivered();
  };
  const reconnect: Reconnect = (pool) => {
    pending.slots.redirected(slot);
    return (connection = pool.connection(session.protocol));
  };
  pending.slots.enter(slot, connection);
  pending.forwarded += 1;
  pending.nearWrites += nearWrites;
  const { near, guard } = route;
  const call = new UpstreamRequest(
    { upstream, frame, reconnect, near, written, guard },
    {
      ...replyTo(client, reply, finish),
      receiveError: (bytes) => {
        if (got !== undefined && isWrongType(bytes)) refusal = Buffer.from(bytes);
        else reply.write(bytes);
      },
      done: () => {
        if (got === undefined || refusal === undefined) return finish();
        answerFromHash(connection, route, got, refusal, (value) => {
          reply.write(value);
          finish();
        });
      },
    },
  );
  call.send(connection);
  return true;
}
