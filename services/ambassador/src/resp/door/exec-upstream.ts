import { messageOf } from '@podkit/chassis/errors';
import type { RawRoute } from '../../engine/engine.ts';
import { encodeRequest } from '../codec/encode-request.ts';
import { ClusterUpstream } from '../upstream/cluster/cluster-upstream.ts';
import { mostRedirects, type Redirect, redirectOf } from '../upstream/cluster/redirect.ts';
import { UpstreamError } from '../upstream/endpoint.ts';
import type { ForwardingConnection } from '../upstream/forwarding-connection.ts';
import type { ReplySink } from '../upstream/sink.ts';
import type { Client } from './client.ts';
import { sendAsked } from './cluster/cluster-call.ts';
import { failureLine } from './failure-line.ts';
import { laneOf } from './forward.ts';
import { withOwnAnswers } from './own-replies.ts';
import type { Transaction } from './transaction.ts';

const [begin, end] = [encodeRequest(['MULTI']), encodeRequest(['EXEC'])];

/**
 * Send MULTI, what was queued, and EXEC in one piece: nothing of another client can come between, so they may share a
 * connection, unless there was a WATCH, which belongs to a connection. Only the reply to EXEC is passed on.
 */
export function execUpstream(client: Client, transaction: Transaction, route: RawRoute): void {
  const first = transaction.watching ?? laneOf(client, route, transaction.slot);
  const upstream = client.upstream(route);
  client.beforeWaiting();
  const slot = client.replies.open();
  client.beginWait(transaction.watching);
  route.near?.invalidate(transaction.written);
  route.guard?.enter();
  const finish = (answered: boolean) => {
    route.guard?.leave(1, answered);
    route.near?.invalidate(transaction.written);
    slot.close();
    client.endWait();
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
  const sent = transaction.queued.filter(({ own }) => !own);
  const kept: Buffer[] = [];
  // As it comes, unless answers of our own have places among those of the Redis.
  const receive = (bytes: Buffer) =>
    sent.length === transaction.queued.length ? slot.write(bytes) : void kept.push(Buffer.from(bytes));
  let redirects = 0;
  const mayFollow = () =>
    upstream instanceof ClusterUpstream && transaction.watching === undefined && redirects < mostRedirects;
  const send = (connection: ForwardingConnection, sentBy?: Redirect) => {
    let redirect: Redirect | undefined;
    const look = (bytes: Buffer) => {
      const error = bytes.toString('latin1', 1, bytes.length - 2);
      if (mayFollow()) redirect ??= redirectOf(error, connection.at?.host ?? '');
    };
    const frames = Buffer.concat([begin, ...sent.map(({ frame }) => frame), end]);
    // An error among them makes EXEC answer EXECABORT; where it was a redirect, nothing has happened here.
    sendAsked(connection, sentBy, frames, skip(sent.length + 1, look));
    connection.expect({
      remaining: 1,
      receive: (chunk, start, stop) => receive(chunk.subarray(start, stop)),
      receiveError: (bytes) => {
        look(bytes);
        if (redirect === undefined) slot.write(bytes);
      },
      done: () => {
        if (redirect === undefined || !(upstream instanceof ClusterUpstream)) {
          if (kept.length > 0) slot.write(withOwnAnswers(client, Buffer.concat(kept), transaction.queued));
          return finish(true);
        }
        redirects += 1;
        try {
          const { id, protocol } = client.session;
          send(upstream.follow(redirect).connection(id, protocol), redirect);
        } catch (error) {
          fail(error instanceof UpstreamError ? error : new UpstreamError(messageOf(error), false), false);
        }
      },
      fail,
    });
  };
  send(first);
}

/** For replies that nobody reads: `+OK` and `+QUEUED`. */
const skip = (remaining: number, receiveError: (bytes: Buffer) => void): ReplySink => ({
  remaining,
  receive: () => undefined,
  receiveError,
  done: () => undefined,
  fail: () => undefined,
});
