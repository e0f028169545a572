import type { RawRoute } from '../../../routing/engine.ts';
import { bytesOfKey } from '../../../store/key.ts';
import type { Key } from '../../../store/store.ts';
import type { Client } from '../client.ts';
import { encodeRequest } from '../protocol/encode-request.ts';
import type { ClusterUpstream } from '../upstream/cluster/cluster-upstream.ts';
import type { ForwardingConnection } from '../upstream/forwarding-connection.ts';
import type { UpstreamError } from '../upstream/redis-server.ts';
import { DecodingSink } from '../upstream/sink.ts';
import { failureLine } from './failure-line.ts';
import { UpstreamRequest } from './upstream-request.ts';

export type ClusterRequest = {
  route: RawRoute;
  upstream: ClusterUpstream;
  slot: number;
  frame: Buffer;
  written: readonly Key[] | undefined;
  /** The key of a GET. */
  got: Key | undefined;
};

/** Pass one request of a client on to the node that has its slot. */
export function callCluster(client: Client, request: ClusterRequest, first: ForwardingConnection): void {
  const { route, upstream, slot, frame, written, got } = request;
  const { session, pending } = client;
  const reply = client.replies.open();
  const nearWrites = written !== undefined && route.near !== undefined ? 1 : 0;
  let connection = first;
  let wrongType: Buffer | undefined;
  const finish = () => {
    reply.close();
    pending.slots.leave(slot);
    client.awaited(-1, -nearWrites);
  };
  const fail = (error: UpstreamError, begun: boolean) => {
    if (begun) return client.abandon(error.message);
    reply.write(Buffer.from(failureLine(error)));
    finish();
  };
  const reconnect: ConstructorParameters<typeof UpstreamRequest>[0]['reconnect'] = (pool) => {
    pending.slots.redirected(slot);
    return (connection = pool.connection(session.id, session.protocol));
  };
  /** The Dapr API keeps values in a hash's field `data`; where there is none, the error was right. */
  const readHash = (key: Key, error: Buffer) => {
    const hget = encodeRequest(['HGET', bytesOfKey(route.keyPrefix + key), 'data']);
    const answer = ([value]: unknown[]) => {
      reply.write(value instanceof Buffer ? Buffer.concat([Buffer.from(`$${value.length}\r\n`), value, crlf]) : error);
      finish();
    };
    const sink = new DecodingSink(1, answer, (failure) => fail(failure, false));
    connection.send(sink, hget, 0, hget.length);
  };
  pending.slots.enter(slot, connection);
  client.awaited(1, nearWrites);
  const { near, guard } = route;
  const call = new UpstreamRequest(
    { upstream, frame, reconnect, near, written, guard },
    {
      receive: (chunk, start, end) => reply.write(chunk.subarray(start, end)),
      receiveError: (bytes) => {
        if (got !== undefined && bytes.toString('latin1', 1, 10) === 'WRONGTYPE') wrongType = Buffer.from(bytes);
        else reply.write(bytes);
      },
      done: () => (got === undefined || wrongType === undefined ? finish() : readHash(got, wrongType)),
      fail,
    },
  );
  call.send(connection);
}

const crlf = Buffer.from('\r\n');
