import { ReplyScanner } from '../protocol/reply-scanner.ts';
import { UpstreamError } from './redis-server.ts';
import type { ReplySink } from './sink.ts';

const dash = 45;
const push = 62;

/** Splits the bytes of a Redis into replies, each for the sink that waits for it, and messages out of band. */
export class ReplyDelivery {
  readonly #scanner = new ReplyScanner();
  readonly #onPush: ((bytes: Buffer) => void) | undefined;
  /** From #head on, in the order of their requests. What is before it is removed in large steps. */
  #sinks: ReplySink[] = [];
  #head = 0;
  #line: Buffer[] = [];
  #ended = false;

  constructor(onPush: ((bytes: Buffer) => void) | undefined) {
    this.#onPush = onPush;
  }

  /** Sinks whose replies have not come in full. */
  get awaited(): number {
    return this.#sinks.length - this.#head;
  }

  /** The next replies are for this sink, after those of all others. */
  expect(sink: ReplySink): void {
    this.#sinks.push(sink);
  }

  /** The next replies are for this sink, before those of all others: it sent the first requests on a new connection. */
  expectFirst(sink: ReplySink): void {
    this.#sinks.splice(this.#head, 0, sink);
  }

  /** No more will come; every sink fails. Only the first can have had a part of its reply. */
  end(error: UpstreamError): void {
    this.#ended = true;
    const begun = !this.#scanner.idle && this.#scanner.kind !== push && this.#line.length === 0;
    const sinks = this.#sinks.splice(this.#head);
    for (const [index, sink] of sinks.entries()) sink.fail(error, begun && index === 0);
  }

  /** @throws {PodkitError} if the bytes are not replies, or no reply is awaited */
  deliver(chunk: Buffer): void {
    const scanner = this.#scanner;
    let at = 0;
    let from = 0;
    let sink = this.#sinks[this.#head];
    while (at < chunk.length && !this.#ended) {
      const end = scanner.scan(chunk, at);
      const special = scanner.kind === push || (scanner.kind === dash && sink?.receiveError !== undefined);
      if (special) {
        if (at > from) sink?.receive(chunk, from, at);
        // An error that a sink wants whole, or a push, is kept until it is complete.
        this.#line.push(chunk.subarray(at, end < 0 ? chunk.length : end));
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
      this.#shift();
      sink.done();
      sink = this.#sinks[this.#head];
    }
    if (at > from) sink?.receive(chunk, from, at);
  }

  #shift(): void {
    this.#head += 1;
    if (this.#head < this.#sinks.length && this.#head <= 1024) return;
    this.#sinks = this.#sinks.slice(this.#head);
    this.#head = 0;
  }

  #giveLine(sink: ReplySink | undefined): void {
    const line = Buffer.concat(this.#line);
    this.#line = [];
    if (this.#scanner.kind === push) this.#onPush?.(line);
    else sink?.receiveError?.(line);
  }
}
