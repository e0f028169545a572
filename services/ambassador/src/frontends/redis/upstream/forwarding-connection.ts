import type { Socket } from 'node:net';
import { describeError } from '@podkit/chassis/errors';
import type { HostPort } from '../../../store/raw-route.ts';
import { encodeRequest, type Words } from '../protocol/encode-request.ts';
import type { DecodedReply } from '../protocol/reply-decoder.ts';
import { greet } from './greeting.ts';
import { openSocket, type RedisServer, UpstreamError } from './redis-server.ts';
import { ReplyDelivery } from './reply-delivery.ts';
import { DecodingSink, type ReplySink } from './sink.ts';
import { WriteBatch } from './write-batch.ts';

/** How a connection to a Redis is opened, and what it reports. */
export type ForwardingOptions = {
  server: RedisServer;
  protocol: 2 | 3;
  /** Called once, when the connection has ended; `error` says why. */
  onClose(error: UpstreamError): void;
  /** Called with each out-of-band message (RESP3 push), whole; without it they are dropped. */
  onPush?: (bytes: Buffer) => void;
  /** Called after the replies of one chunk were given to their sinks: the time to write to clients. */
  onDelivered?: () => void;
};

/** Maximum number of bytes that wait for one Redis. */
const maxPending = 16 * 1024 * 1024;

/**
 * One pipelined connection to a Redis. Requests and replies are passed on unchanged and in order. There is no object
 * per command, only one sink per run of requests.
 */
export class ForwardingConnection {
  closed = false;
  ready = false;
  /** It takes no more requests, and is closed when none is awaited. */
  retiring = false;
  /** The server's address, once it is known. */
  at: HostPort | undefined;
  readonly #options: ForwardingOptions;
  #socket: Socket | undefined;
  readonly #replies: ReplyDelivery;
  readonly #batch = new WriteBatch();
  #flushing = false;
  #progress = performance.now();
  readonly #watchdog: NodeJS.Timeout;

  constructor(options: ForwardingOptions) {
    this.#options = options;
    this.#replies = new ReplyDelivery(options.onPush);
    const { server } = options;
    this.#watchdog = setInterval(() => this.#watch(), Math.max(10, Math.min(server.commandTimeout || 1000, 1000) / 4));
    this.#watchdog.unref();
    this.#open(server).catch((error: unknown) => this.close(describeError(error)));
  }

  /** True while too many bytes wait for the Redis; callers then stop reading their clients. */
  get full(): boolean {
    return this.#batch.length + (this.#socket?.writableLength ?? 0) > maxPending;
  }

  /**
   * Send requests and decode their replies, one for each.
   *
   * @throws {UpstreamError} (rejects) when the connection is lost before
   */
  ask(requests: readonly Words[]): Promise<DecodedReply[]> {
    for (const words of requests) {
      const frame = encodeRequest(words);
      this.add(frame, 0, frame.length);
    }
    return new Promise((resolve, reject) => this.expect(new DecodingSink(requests.length, resolve, reject)));
  }

  /** Add bytes to what is sent next; `expect` must follow in the same turn. */
  add(source: Buffer, start: number, end: number): void {
    this.#batch.add(source, start, end);
  }

  /** Add a sink for requests just added. */
  expect(sink: ReplySink): void {
    if (this.closed) return sink.fail(new UpstreamError('the connection is closed', false), false);
    if (this.#replies.awaited === 0) this.#progress = performance.now();
    this.#replies.expect(sink);
    this.#schedule();
  }

  /** Send a request that is answered by pushes only, such as SUBSCRIBE in RESP3. */
  sendWithoutReply(frame: Buffer): void {
    this.add(frame, 0, frame.length);
    this.#schedule();
  }

  /** The server is no master: the next request goes to the one that is, if that can be looked up. */
  demoted(): void {
    if (this.#options.server.locate !== undefined) this.retiring = true;
  }

  /** Close it when no reply is awaited. */
  closeWhenIdle(): void {
    this.retiring = true;
    if (this.#replies.awaited === 0) this.close('another connection takes its place');
  }

  /** Close it; every sink fails. */
  close(reason: string): void {
    if (this.closed) return;
    this.closed = true;
    clearInterval(this.#watchdog);
    this.#socket?.destroy();
    this.#replies.end(new UpstreamError(reason, this.ready));
    this.#options.onClose(new UpstreamError(reason, this.ready));
  }

  async #open(server: RedisServer): Promise<void> {
    const { host, port, locate } = server;
    this.at = locate === undefined ? { host, port } : await locate();
    if (this.closed) return;
    this.#socket = openSocket(
      { ...server, ...this.at },
      {
        received: (chunk) => this.#receive(chunk),
        connected: (socket) => void this.#greet(socket),
        ended: (reason) => this.close(reason),
      },
    );
  }

  async #greet(socket: Socket): Promise<void> {
    const { server, protocol } = this.#options;
    const ask = (requests: readonly Words[]) =>
      new Promise<DecodedReply[]>((resolve, reject) => {
        this.#replies.expectFirst(new DecodingSink(requests.length, resolve, reject));
        socket.write(Buffer.concat(requests.map(encodeRequest)));
      });
    try {
      await greet(server, protocol, ask);
      this.ready = true;
      this.#schedule();
    } catch (error) {
      // Also a secret that cannot be read right now; the next connection reads it again.
      this.close(describeError(error));
    }
  }

  #schedule(): void {
    if (this.#flushing || !this.ready) return;
    this.#flushing = true;
    // After all clients of this turn of the event loop have been read: one write for all of them.
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#flushing = false;
    const socket = this.#socket;
    if (this.closed || socket === undefined) return;
    this.#batch.writeTo(socket);
  }

  #receive(chunk: Buffer): void {
    this.#progress = performance.now();
    try {
      this.#replies.deliver(chunk);
    } catch (error) {
      this.close(describeError(error));
    }
    if (this.retiring) this.closeWhenIdle();
    this.#options.onDelivered?.();
  }

  #watch(): void {
    const { connectTimeout, commandTimeout } = this.#options.server;
    const waited = performance.now() - this.#progress;
    if (!this.ready && waited > connectTimeout) this.close(`no connection within ${connectTimeout} ms`);
    else if (this.#replies.awaited > 0 && waited > commandTimeout && commandTimeout > 0)
      this.close(`no reply within ${commandTimeout} ms`);
  }
}
