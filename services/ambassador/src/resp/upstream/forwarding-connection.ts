import type { Socket } from 'node:net';
import { messageOf } from '@podkit/chassis/errors';
import { ReplyScanner } from '../codec/reply-scanner.ts';
import { openSocket, UpstreamError, usesTls } from './endpoint.ts';
import type { ForwardingOptions } from './forwarding-options.ts';
import { greet } from './greeting.ts';
import { type ReplySink, SinkQueue } from './sink.ts';
import { WriteBatch } from './write-batch.ts';

const [dash, push] = [45, 62] as const;

/**
 * One pipelined connection to a Redis. Request frames go up as they are, replies come down as they are and in order;
 * there is no object per command, only one sink per run of requests.
 */
export class ForwardingConnection {
  closed = false;
  ready = false;
  readonly #options: ForwardingOptions;
  readonly #socket: Socket;
  readonly #scanner = new ReplyScanner();
  readonly #sinks = new SinkQueue();
  readonly #batch = new WriteBatch();
  #flushing = false;
  #retiring = false;
  #line: Buffer | undefined;
  #progress = performance.now();
  readonly #watchdog: NodeJS.Timeout;

  constructor(options: ForwardingOptions) {
    this.#options = options;
    const { endpoint } = options;
    this.#socket = openSocket(endpoint);
    this.#socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#socket.on('error', (cause) => this.close(`the connection failed: ${messageOf(cause)}`));
    this.#socket.on('close', () => this.close('the connection was closed'));
    this.#watchdog = setInterval(
      () => this.#watch(),
      Math.max(10, Math.min(endpoint.commandTimeout || 1000, 1000) / 4),
    );
    this.#watchdog.unref();
    this.#socket.once(usesTls(endpoint) ? 'secureConnect' : 'connect', () => this.#greet());
  }

  /** Requests whose replies are due, in sinks. */
  get inFlight(): number {
    return this.#sinks.length;
  }

  /** True while more bytes wait for the Redis than it should hold; callers stop reading their clients. */
  get full(): boolean {
    return this.#batch.length + this.#socket.writableLength > (this.#options.maxPending ?? 16 * 1024 * 1024);
  }

  /** Send `source[start .. end)`, which is as many whole requests as the sink awaits replies. */
  send(sink: ReplySink, source: Buffer, start: number, end: number): void {
    this.add(source, start, end);
    this.expect(sink);
  }

  /** Add bytes to what is sent next; `expect` must follow in the same turn. */
  add(source: Buffer, start: number, end: number): void {
    this.#batch.add(source, start, end);
  }

  /** Add a sink for requests just added. */
  expect(sink: ReplySink): void {
    if (this.closed) return sink.fail(new UpstreamError('the connection is closed', false), false);
    if (this.#sinks.length === 0) this.#progress = performance.now();
    this.#sinks.push(sink);
    this.#schedule();
  }

  /** Send a request that is answered by pushes only, such as SUBSCRIBE in RESP3. */
  tell(frame: Buffer): void {
    this.add(frame, 0, frame.length);
    this.#schedule();
  }

  /** End it when nothing is awaited any more. */
  closeWhenIdle(): void {
    this.#retiring = true;
    if (this.#sinks.length === 0) this.close('the configuration has changed');
  }

  /** End it; every sink fails. */
  close(reason: string): void {
    if (this.closed) return;
    this.closed = true;
    clearInterval(this.#watchdog);
    this.#socket.destroy();
    const begun = !this.#scanner.idle && this.#scanner.kind !== push && this.#line === undefined;
    this.#sinks.failAll(new UpstreamError(reason, this.ready), begun);
    this.#options.onClose(new UpstreamError(reason, this.ready));
  }

  #greet(): void {
    const { endpoint, protocol } = this.#options;
    greet(endpoint, protocol, {
      send: (sink, frame) => {
        this.#sinks.pushFirst(sink);
        this.#socket.write(frame);
      },
      ready: () => {
        this.ready = true;
        this.#schedule();
      },
      refused: (reason) => this.close(reason),
    });
  }

  #schedule(): void {
    if (this.#flushing || !this.ready) return;
    this.#flushing = true;
    // After all clients that this turn of the loop can read have been read: one write for all of them.
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#flushing = false;
    if (this.closed) return;
    const parts = this.#batch.take();
    if (parts.length > 1) this.#socket.cork();
    for (const part of parts) this.#socket.write(part);
    if (parts.length > 1) this.#socket.uncork();
  }

  #receive(chunk: Buffer): void {
    this.#progress = performance.now();
    try {
      this.#deliver(chunk);
    } catch (error) {
      this.close(messageOf(error));
    }
    if (this.#retiring) this.closeWhenIdle();
    this.#options.onDelivered?.();
  }

  #deliver(chunk: Buffer): void {
    const scanner = this.#scanner;
    let at = 0;
    let from = 0;
    let sink = this.#sinks.first;
    while (at < chunk.length && !this.closed) {
      const end = scanner.scan(chunk, at);
      const special = scanner.kind === push || (scanner.kind === dash && sink?.receiveError !== undefined);
      if (special) {
        if (at > from) sink?.receive(chunk, from, at);
        this.#keepLine(chunk, at, end < 0 ? chunk.length : end);
        if (end < 0) return;
        at = from = end;
        this.#giveLine(sink);
        if (scanner.kind === push) {
          scanner.reset();
          continue;
        }
      } else if (end < 0) {
        if (sink === undefined) throw new UpstreamError('a reply that nobody asked for', true);
        return sink.receive(chunk, from, chunk.length);
      }
      scanner.reset();
      at = end;
      if (sink === undefined) throw new UpstreamError('a reply that nobody asked for', true);
      sink.remaining -= 1;
      if (sink.remaining > 0) continue;
      if (at > from) sink.receive(chunk, from, at);
      from = at;
      this.#sinks.shift();
      sink.done();
      sink = this.#sinks.first;
    }
    if (at > from) sink?.receive(chunk, from, at);
  }

  /** Errors that a sink wants whole and pushes are kept until they are complete. */
  #keepLine(chunk: Buffer, start: number, end: number): void {
    const piece = chunk.subarray(start, end);
    this.#line = this.#line === undefined ? piece : Buffer.concat([this.#line, piece]);
  }

  #giveLine(sink: ReplySink | undefined): void {
    const line = this.#line ?? Buffer.alloc(0);
    this.#line = undefined;
    if (this.#scanner.kind === push) this.#options.onPush?.(line);
    else sink?.receiveError?.(line);
  }

  #watch(): void {
    const { connectTimeout, commandTimeout } = this.#options.endpoint;
    const waited = performance.now() - this.#progress;
    if (!this.ready && waited > connectTimeout) this.close(`no connection within ${connectTimeout} ms`);
    else if (this.#sinks.length > 0 && waited > commandTimeout && commandTimeout > 0)
      this.close(`no reply within ${commandTimeout} ms`);
  }
}
