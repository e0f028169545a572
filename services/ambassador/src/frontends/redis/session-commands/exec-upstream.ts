import type { RawRoute } from '../../../store/raw-route.ts';
import type { Client } from '../client.ts';
import { connectionFor } from '../forwarding/forward.ts';
import { replyTo, UpstreamRequest } from '../forwarding/upstream-request.ts';
import { encodeRequest } from '../protocol/encode-request.ts';
import { withOwnReplies } from './own-replies.ts';
import type { Transaction } from './transaction.ts';

const multiFrame = encodeRequest(['MULTI']);
const execFrame = encodeRequest(['EXEC']);

/**
 * Send MULTI, what was queued, and EXEC in one piece: nothing of another client can come between, so they may share a
 * connection, unless there was a WATCH, which belongs to a connection. Only the reply to EXEC is passed on.
 */
export function execUpstream(client: Client, transaction: Transaction, route: RawRoute): void {
  const connection = transaction.watching ?? connectionFor(client, route, transaction.slot);
  const { protocol } = client.session;
  const { queued, written } = transaction;
  client.beforeWaiting();
  const slot = client.replies.open();
  client.beginWait(transaction.watching);
  const finish = () => {
    slot.close();
    client.endWait();
    transaction.close();
  };
  const sent = queued.filter(({ own }) => !own);
  const kept: Buffer[] = [];
  const request = new UpstreamRequest(
    {
      upstream: client.upstream(route),
      frame: Buffer.concat([multiFrame, ...sent.map(({ frame }) => frame), execFrame]),
      skipped: sent.length + 1,
      reconnect: transaction.watching === undefined ? (pool) => pool.connection(protocol) : undefined,
      near: route.near,
      written,
      guard: route.guard,
    },
    {
      ...replyTo(client, slot, finish),
      // Unchanged, unless answers of the endpoint itself have places among those of the Redis.
      receive: (chunk, start, stop) => {
        const bytes = chunk.subarray(start, stop);
        if (sent.length === queued.length) slot.write(bytes);
        else kept.push(Buffer.from(bytes));
      },
      receiveError: (bytes) => slot.write(bytes),
      done: () => {
        if (kept.length > 0) slot.write(withOwnReplies(client, Buffer.concat(kept), queued));
        finish();
      },
    },
  );
  request.send(connection);
}
