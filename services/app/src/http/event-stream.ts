import { PassThrough } from 'node:stream';
import type { FastifyReply } from 'fastify';

export type EventStreamOptions = {
  /** Clients at once; further ones get 503. */
  maxClients: number;
  /** Bytes that may wait for a slow client before it is dropped. */
  maxBacklog?: number;
};

/** Server-Sent Events to many clients: https://html.spec.whatwg.org/multipage/server-sent-events.html */
export class EventStream {
  readonly #clients = new Set<PassThrough>();
  readonly #maxClients: number;
  readonly #maxBacklog: number;
  readonly #keepAlive: NodeJS.Timeout;
  #id = 0;

  constructor({ maxClients, maxBacklog = 2 ** 21 }: EventStreamOptions) {
    this.#maxClients = maxClients;
    this.#maxBacklog = maxBacklog;
    // Below the idle time after which proxies cut (nginx: 60 s).
    this.#keepAlive = setInterval(() => this.#write(': still here\n\n'), 15_000);
    this.#keepAlive.unref();
  }

  get size(): number {
    return this.#clients.size;
  }

  /** Make this reply a stream that begins with `first`. */
  open(reply: FastifyReply, first?: { event: string; data: unknown }): FastifyReply {
    if (this.#clients.size >= this.#maxClients) {
      const message = `there are ${this.#maxClients} streams already`;
      return reply.code(503).header('retry-after', '5').send({ code: 'ERR_STREAMS', message });
    }
    const stream = new PassThrough();
    this.#clients.add(stream);
    stream.once('close', () => this.#clients.delete(stream));
    stream.on('error', () => undefined);
    stream.write('retry: 1000\n\n');
    if (first !== undefined) stream.write(this.#text(first.event, first.data));
    return reply
      .type('text/event-stream')
      .header('cache-control', 'no-store')
      .header('x-accel-buffering', 'no')
      .send(stream);
  }

  publish(event: string, data: unknown): void {
    if (this.#clients.size > 0) this.#write(this.#text(event, data));
  }

  /** End every stream, after a last event `bye`. */
  close(): void {
    clearInterval(this.#keepAlive);
    for (const client of this.#clients) client.end(this.#text('bye', {}));
  }

  #text(event: string, data: unknown): string {
    this.#id += 1;
    return `id: ${this.#id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
  }

  #write(text: string): void {
    for (const client of this.#clients) {
      // One that does not read must not make us keep what it has not read.
      if (client.writableLength + client.readableLength > this.#maxBacklog) client.destroy();
      else client.write(text);
    }
  }
}
