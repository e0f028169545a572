import { encodeRequest, type Words } from '../../codec/encode-request.ts';
import { type Reply, ReplyError } from '../../codec/reply-decoder.ts';
import type { ClusterUpstream } from '../../upstream/cluster/cluster-upstream.ts';
import { mostRedirects, type Redirect, redirectOf } from '../../upstream/cluster/redirect.ts';
import type { ForwardingConnection } from '../../upstream/forwarding-connection.ts';
import { DecodingSink } from '../../upstream/sink.ts';
import { sendAsked } from './cluster-call.ts';

/** Ask for keys of one slot, over the client's `connection`; each request goes on to where it is sent. */
export const askCluster = (
  upstream: ClusterUpstream,
  connection: ForwardingConnection,
  requests: readonly Words[],
  reconnect: (pool: ReturnType<ClusterUpstream['follow']>) => ForwardingConnection,
): Promise<Reply[]> =>
  Promise.all(
    requests.map(async (words) => {
      const frame = encodeRequest(words);
      let at = connection;
      let redirect: Redirect | undefined;
      for (let redirects = 0; ; redirects += 1) {
        const reply = await send(at, redirect, frame);
        redirect = reply instanceof ReplyError ? redirectOf(reply.message, at.at?.host ?? '') : undefined;
        if (redirect === undefined || redirects === mostRedirects) return reply;
        at = reconnect(upstream.follow(redirect));
      }
    }),
  );

function send(connection: ForwardingConnection, redirect: Redirect | undefined, frame: Buffer): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sink = new DecodingSink(1, ([reply]) => resolve(reply ?? null), reject);
    sendAsked(connection, redirect, frame, sink);
  });
}
