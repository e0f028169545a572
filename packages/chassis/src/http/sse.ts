import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyReply } from 'fastify';
import { PodkitError } from '../errors.ts';

/** One event; `data` becomes JSON, which has no line ends. */
export type SseEvent = { id?: number; event: string; data: unknown };

/** Why a client was dropped: too much waits for it, or it has read nothing for four heartbeats. */
export type DropReason = 'buffer_full' | 'stalled';
export type Drop = { reason: DropReason; address: string | undefined; waiting: number };
export type StreamCounts = { open: number; dropped: Record<DropReason, number> };

export type EventStreamsOptions = {
  /** Maximum number of clients; a further one is answered 503. */
  limit: number;
  onDrop?: (drop: Drop) => void;
  /** Bytes that may wait for a client, beside the largest event: one event may be longer than any bound. */
  maxBacklog?: number;
  /** Milliseconds between the comments that keep proxies from ending a quiet stream (nginx does after 60 s). */
  heartbeat?: number;
  /** Milliseconds that a client has to read the rest of its stream after the end. */
  closeTimeout?: number;
};

type Client = {
  response: FastifyReply['raw'];
  address: string | undefined;
  /** Bytes of the largest event that waits. */
  largest: number;
  /** Bytes that waited at the last heartbeat, and the number of heartbeats at which none of them had been read. */
  waited: number;
  stuck: number;
};

/** Heartbeats in a row at which a client had read nothing of what waits for it. */
const maxStuck = 4;

/**
 * The clients of one stream of Server-Sent Events: https://html.spec.whatwg.org/multipage/server-sent-events.html
 * A client that reads too slowly has a bounded backlog; then its stream ends with `event: error` and the reason. The
 * others never wait for it.
 */
export class EventStreams {
  readonly #clients = new Set<Client>();
  readonly #options: Required<EventStreamsOptions>;
  readonly #timer: NodeJS.Timeout;
  readonly #dropped = { buffer_full: 0, stalled: 0 };

  constructor(options: EventStreamsOptions) {
    this.#options = {
      onDrop: () => undefined,
      maxBacklog: 256 * 1024,
      heartbeat: 15_000,
      closeTimeout: 2000,
      ...options,
    };
    this.#timer = setInterval(() => this.#beat(), this.#options.heartbeat);
    this.#timer.unref();
  }

  get counts(): StreamCounts {
    return { open: this.#clients.size, dropped: { ...this.#dropped } };
  }

  /** Clients now. */
  get size(): number {
    return this.#clients.size;
  }

  /**
   * Make this reply a stream that begins with some events: what the client missed, or the state as it is.
   *
   * @throws {PodkitError} ERR_STREAMS, answered with 503 and Retry-After, when there are `limit` clients
   */
  open(reply: FastifyReply, first: readonly SseEvent[] = []): void {
    const { limit } = this.#options;
    if (this.#clients.size >= limit) {
      reply.header('retry-after', '5');
      throw new PodkitError('ERR_STREAMS', `there are ${limit} streams already`);
    }
    reply.hijack();
    const response = reply.raw;
    const bytes = Buffer.from(`retry: 1000\n\n${first.map(eventText).join('')}`);
    const address = response.socket?.remoteAddress;
    const client = { response, address, largest: bytes.length, waited: 0, stuck: 0 };
    // Without chunks, since the connection ends with the stream: an event to a thousand clients takes 17 % less CPU time.
    response.removeHeader('transfer-encoding');
    response.writeHead(200, {
      ...(reply.getHeaders() as OutgoingHttpHeaders),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // nginx must not buffer events.
      'x-accel-buffering': 'no',
      // The stream ends with its connection.
      connection: 'close',
    });
    response.write(bytes);
    this.#clients.add(client);
    response.once('close', () => this.#clients.delete(client));
    response.on('error', () => this.#clients.delete(client));
  }

  /** Send an event to every client. */
  publish(event: SseEvent): void {
    if (this.#clients.size > 0) this.#write(eventText(event));
  }

  /** End every stream; clients reconnect elsewhere, with the id that they saw last. */
  close(): void {
    clearInterval(this.#timer);
    for (const client of this.#clients) this.#end(client, { event: 'bye', data: {} });
  }

  #beat(): void {
    for (const client of this.#clients) {
      const waiting = client.response.writableLength;
      client.stuck = waiting > 0 && waiting >= client.waited ? client.stuck + 1 : 0;
      client.waited = waiting;
      if (client.stuck >= maxStuck) this.#drop(client, 'stalled');
    }
    this.#write(': still here\n\n');
  }

  /** Encode once: a thousand waiting clients share one buffer. */
  #write(text: string): void {
    const bytes = Buffer.from(text);
    for (const client of this.#clients) {
      const waiting = client.response.writableLength;
      if (waiting > this.#options.maxBacklog + client.largest) {
        this.#drop(client, 'buffer_full');
        continue;
      }
      client.largest = waiting === 0 ? bytes.length : Math.max(client.largest, bytes.length);
      client.response.write(bytes);
    }
  }

  #drop(client: Client, reason: DropReason): void {
    const waiting = client.response.writableLength;
    this.#dropped[reason] += 1;
    const data = { code: 'ERR_SLOW_CLIENT', reason, message: messages[reason] };
    this.#end(client, { event: 'error', data });
    this.#options.onDrop({ reason, address: client.address, waiting });
  }

  #end(client: Client, last: SseEvent): void {
    this.#clients.delete(client);
    client.response.end(eventText(last));
    const timer = setTimeout(() => client.response.destroy(), this.#options.closeTimeout);
    client.response.once('close', () => clearTimeout(timer));
  }
}

const eventText = ({ id, event, data }: SseEvent): string =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

const messages: Record<DropReason, string> = {
  buffer_full: 'events were not read fast enough, and too much was waiting',
  stalled: 'nothing was read for four heartbeats',
};
