import { encodeRequest, type Words } from '../protocol/encode-request.ts';
import type { Reply } from '../protocol/reply-decoder.ts';
import type { ClusterUpstream } from '../upstream/cluster/cluster-upstream.ts';
import type { ForwardingConnection } from '../upstream/forwarding-connection.ts';
import type { UpstreamPool } from '../upstream/pool.ts';
import { DecodingSink } from '../upstream/sink.ts';
import { UpstreamRequest } from './upstream-request.ts';

/** Ask for keys of one slot, over the client's `connection`; each request goes on to where it is sent. */
export const askCluster = (
  upstream: ClusterUpstream,
  connection: ForwardingConnection,
  requests: readonly Words[],
  reconnect: (pool: UpstreamPool) => ForwardingConnection,
): Promise<Reply[]> =>
  Promise.all(
    requests.map((words) => {
      const { promise, resolve, reject } = Promise.withResolvers<Reply>();
      const sink = new DecodingSink(1, ([reply]) => resolve(reply ?? null), reject);
      new UpstreamRequest({ upstream, frame: encodeRequest(words), reconnect }, sink).send(connection);
      return promise;
    }),
  );
