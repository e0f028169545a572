import type { RawRoute } from '../../engine/engine.ts';
import { encodeRequest } from '../codec/encode-request.ts';
import type { UpstreamError } from '../upstream/endpoint.ts';
import type { ReplySink } from '../upstream/sink.ts';
import type { ClientConnection } from './client-connection.ts';
import { failureLine } from './failure-line.ts';
import { laneOf } from './forward.ts';
import type { Transaction } from './transaction.ts';

const [begin, end] = [encodeRequest(['MULTI']), encodeRequest(['EXEC'])];

/**
 * Send MULTI, what was queued, and EXEC in one piece: nothing of another client can come between, so they may share a
 * connection, unless there was a WATCH, which belongs to a connection. Only the reply to EXEC is passed on.
 */
export function execUpstream(client: ClientConnection, transaction: Transaction, route: RawRoute): void {
  const connection = transaction.watching ?? laneOf(client, route);
  if (connection === undefined) return;
  client.beforeWaiting();
  const slot = client.replies.open();
  client.waitingOn(transaction.watching ?? null);
  route.near?.invalidate(transaction.written);
  route.guard?.enter();
  const finish = (answered: boolean) => {
    route.guard?.leave(1, answered);
    route.near?.invalidate(transaction.written);
    slot.close();
    client.waitingOn(undefined);
    transaction.close();
  };
  const fail = (error: UpstreamError, begun: boolean) => {
    if (begun) {
      route.guard?.leave(1, false);
      return client.abandon(error.message);
    }
    slot.write(Buffer.from(failureLine(error)));
    finish(false);
  };
  const frames = Buffer.concat([begin, ...transaction.frames, end]);
  connection.add(frames, 0, frames.length);
  connection.expect(skip(transaction.frames.length + 1));
  connection.expect({
    remaining: 1,
    receive: (chunk, start, stop) => slot.write(chunk.subarray(start, stop)),
    done: () => finish(true),
    fail,
  });
}

/** For replies that nobody reads: `+OK` and `+QUEUED`. An error among them makes EXEC answer EXECABORT. */
const skip = (remaining: number): ReplySink => ({
  remaining,
  receive: () => undefined,
  done: () => undefined,
  fail: () => undefined,
});
