import { ReplyScanner } from '../protocol/reply-scanner.ts';
import { UpstreamError } from './redis-server.ts';
import type { ReplySink, SinkQueue } from './sink.ts';

const [dash, push] = [45, 62] as const;

/** Splits the bytes of a Redis into replies, each for its sink, and messages out of band. */
export class ReplyDelivery {
  readonly #scanner = new ReplyScanner();
  readonly #sinks: SinkQueue;
  readonly #onPush: ((bytes: Buffer) => void) | undefined;
  #line: Buffer[] = [];
  #ended = false;

  constructor(sinks: SinkQueue, onPush: ((bytes: Buffer) => void) | undefined) {
    this.#sinks = sinks;
    this.#onPush = onPush;
  }

  /** No more will come; every sink fails. */
  end(error: UpstreamError): void {
    this.#ended = true;
    const begun = !this.#scanner.idle && this.#scanner.kind !== push && this.#line.length === 0;
    this.#sinks.failAll(error, begun);
  }

  /** @throws {Error} when the bytes are no replies, or no reply is awaited */
  deliver(chunk: Buffer): void {
    const scanner = this.#scanner;
    let at = 0;
    let from = 0;
    let sink = this.#sinks.first;
    while (at < chunk.length && !this.#ended) {
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
        if (sink === undefined) throw new UpstreamError('a reply without a request', true);
        return sink.receive(chunk, from, chunk.length);
      }
      scanner.reset();
      at = end;
      if (sink === undefined) throw new UpstreamError('a reply without a request', true);
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
    this.#line.push(chunk.subarray(start, end));
  }

  #giveLine(sink: ReplySink | undefined): void {
    const line = Buffer.concat(this.#line);
    this.#line = [];
    if (this.#scanner.kind === push) this.#onPush?.(line);
    else sink?.receiveError?.(line);
  }
}
