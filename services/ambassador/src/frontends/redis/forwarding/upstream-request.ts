import { describeError } from '@podkit/chassis/errors';
import type { RawRoute } from '../../../store/raw-route.ts';
import type { Key } from '../../../store/store.ts';
import { failureLine } from '../commands/errors.ts';
import type { ReplySlot } from '../connection/reply-queue.ts';
import { ClusterUpstream } from '../upstream/cluster/cluster-upstream.ts';
import { maxRedirects, parseRedirect, type Redirect } from '../upstream/cluster/redirect.ts';
import type { ForwardingConnection } from '../upstream/forwarding-connection.ts';
import type { UpstreamPool } from '../upstream/pool.ts';
import { UpstreamError } from '../upstream/redis-server.ts';
import type { ReplySink } from '../upstream/sink.ts';
import type { Upstream } from '../upstream/upstream.ts';

/** Opens the connection to a node that a redirect names. */
export type Reconnect = (pool: UpstreamPool) => ForwardingConnection;

type UpstreamRequestOptions = {
  upstream: Upstream;
  frame: Buffer;
  /** Replies to skip: those of MULTI and of what it queues. */
  skipped?: number;
  /** Without it no redirect is followed, such as on a connection that watches keys. */
  reconnect?: Reconnect | undefined;
  /** The near cache, the keys that the request changes, and the policies that count it. */
  near?: RawRoute['near'];
  written?: readonly Key[] | undefined;
  guard?: RawRoute['guard'];
};

const ignore = () => undefined;

/**
 * One request with one reply, which follows the redirects of a Cluster (MOVED, ASK). Its keys are invalidated in the
 * near cache before it is sent and before its reply is passed on; policies count it from its beginning to its end.
 */
export class UpstreamRequest implements ReplySink {
  remaining = 1;
  readonly #options: UpstreamRequestOptions;
  readonly #reply: Omit<ReplySink, 'remaining'>;
  #connection: ForwardingConnection | undefined;
  #redirect: Redirect | undefined;
  #redirects = 0;

  constructor(options: UpstreamRequestOptions, reply: Omit<ReplySink, 'remaining'>) {
    this.#options = options;
    this.#reply = reply;
    this.#forget();
    options.guard?.enter();
  }

  send(connection: ForwardingConnection): void {
    const { frame, skipped = 0 } = this.#options;
    const isAsked = this.#redirect?.kind === 'ask';
    this.#connection = connection;
    this.#redirect = undefined;
    this.remaining = 1;
    if (isAsked) connection.ask([['ASKING']]).catch(ignore);
    connection.add(frame, 0, frame.length);
    // An error among them makes EXEC answer EXECABORT; if it was a redirect, nothing has been executed there.
    if (skipped > 0)
      connection.expect({
        remaining: skipped,
        receive: ignore,
        receiveError: (bytes) => this.#check(bytes),
        done: ignore,
        fail: ignore,
      });
    connection.expect(this);
  }

  receive(chunk: Buffer, start: number, end: number): void {
    this.#forget();
    this.#reply.receive(chunk, start, end);
  }

  receiveError(bytes: Buffer): void {
    this.#check(bytes);
    if (this.#redirect !== undefined) return;
    if (this.#reply.receiveError === undefined) this.receive(bytes, 0, bytes.length);
    else this.#reply.receiveError(bytes);
  }

  done(): void {
    const { upstream, reconnect, guard } = this.#options;
    if (this.#redirect !== undefined && upstream instanceof ClusterUpstream && reconnect !== undefined) {
      this.#redirects += 1;
      try {
        return this.send(reconnect(upstream.follow(this.#redirect)));
      } catch (error) {
        return this.fail(
          error instanceof UpstreamError ? error : new UpstreamError(describeError(error), false),
          false,
        );
      }
    }
    this.#forget();
    guard?.leave(1, true);
    this.#reply.done();
  }

  fail(error: UpstreamError, begun: boolean): void {
    this.#forget();
    this.#options.guard?.leave(1, false);
    this.#reply.fail(error, begun);
  }

  #check(error: Buffer): void {
    const { upstream, reconnect } = this.#options;
    if (reconnect === undefined || this.#redirects >= maxRedirects || !(upstream instanceof ClusterUpstream)) return;
    this.#redirect ??= parseRedirect(error.toString('latin1', 1, error.length - 2), this.#connection?.at?.host ?? '');
  }

  #forget(): void {
    const { near, written } = this.#options;
    if (written !== undefined) near?.invalidate(written);
  }
}

/** Passes a reply on to its place among those of a client, whose connection is closed when only a part of it comes. */
export const replyTo = (client: { abandon(reason: string): void }, slot: ReplySlot, end: () => void) => ({
  receive: (chunk: Buffer, start: number, stop: number) => slot.write(chunk.subarray(start, stop)),
  done: end,
  fail: (error: UpstreamError, begun: boolean) => {
    if (begun) return client.abandon(error.message);
    slot.write(failureLine(error));
    end();
  },
});
