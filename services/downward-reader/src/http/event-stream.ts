import type { ServerResponse } from 'node:http';
import type { ChangeEvent } from '../changes.ts';

/** Why a client was let go: too much waits for it, or it has taken nothing for a minute. */
export type DropReason = 'buffer_full' | 'stalled';
export type Drop = { reason: DropReason; address: string | undefined; waiting: number };
export type StreamCounts = { open: number; opened: number; dropped: Record<DropReason, number> };

export type StreamOptions = {
  /** Clients at once. */
  limit: number;
  onDrop?: (drop: Drop) => void;
  /** Bytes that may wait for a client besides the largest text that does: one event may be longer than any bound. */
  mostWaiting?: number;
  /** Milliseconds between the comments that keep proxies from ending a quiet stream. */
  heartbeat?: number;
  /** Milliseconds that a client has to take what still waits for it after its stream ended. */
  patience?: number;
};

type Client = { response: ServerResponse; address: string | undefined; largest: number; waited: number; stuck: number };

/** Heartbeats in a row at which a client had taken nothing of what waits for it. */
const mostStuck = 4;

/**
 * The clients of `/events`. Each gets what it missed first. For one that reads too slowly a bounded amount waits; then
 * its stream ends with `event: error` and the reason. The others never wait for it.
 */
export class EventStreams {
  readonly #clients = new Set<Client>();
  readonly #options: Required<StreamOptions>;
  readonly #timer: NodeJS.Timeout;
  readonly #dropped = { buffer_full: 0, stalled: 0 };
  #opened = 0;

  constructor(options: StreamOptions) {
    this.#options = { onDrop: () => undefined, mostWaiting: 256 * 1024, heartbeat: 15_000, patience: 2000, ...options };
    this.#timer = setInterval(() => this.#beat(), this.#options.heartbeat);
    this.#timer.unref();
  }

  get counts(): StreamCounts {
    return { open: this.#clients.size, opened: this.#opened, dropped: { ...this.#dropped } };
  }

  get full(): boolean {
    return this.#clients.size >= this.#options.limit;
  }

  /** Begin a stream with some text; the caller has made sure that it is not `full`. */
  open(response: ServerResponse, first: string): void {
    const text = Buffer.from(`retry: 1000\n\n${first}`);
    const client = { response, address: response.socket?.remoteAddress, largest: text.length, waited: 0, stuck: 0 };
    // A stream ends when one side leaves: nothing else would come over its connection.
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      connection: 'close',
    });
    response.write(text);
    this.#clients.add(client);
    this.#opened += 1;
    response.once('close', () => this.#clients.delete(client));
    response.on('error', () => this.#clients.delete(client));
  }

  send(event: ChangeEvent): void {
    this.#write(changeText(event));
  }

  /** End every stream; clients reconnect elsewhere with the id they saw last. */
  close(): void {
    clearInterval(this.#timer);
    for (const client of this.#clients) this.#end(client, 'event: bye\ndata: {}\n\n');
  }

  #beat(): void {
    for (const client of this.#clients) {
      const waiting = client.response.writableLength;
      client.stuck = waiting > 0 && waiting >= client.waited ? client.stuck + 1 : 0;
      client.waited = waiting;
      if (client.stuck >= mostStuck) this.#drop(client, 'stalled');
    }
    this.#write(': still here\n\n');
  }

  /** Encoded once: what waits for a thousand clients is one piece of memory. */
  #write(text: string): void {
    const bytes = Buffer.from(text);
    for (const client of this.#clients) {
      const waiting = client.response.writableLength;
      if (waiting > this.#options.mostWaiting + client.largest) {
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
    this.#end(client, errorText(reason));
    this.#options.onDrop({ reason, address: client.address, waiting });
  }

  #end(client: Client, text: string): void {
    this.#clients.delete(client);
    client.response.end(text);
    const timer = setTimeout(() => client.response.destroy(), this.#options.patience);
    client.response.once('close', () => clearTimeout(timer));
  }
}

export const changeText = (event: ChangeEvent): string =>
  `id: ${event.id}\nevent: change\ndata: ${JSON.stringify(event)}\n\n`;

/** The whole document, for a client that is new or missed too much. */
export const documentText = (id: number, document: unknown): string =>
  `id: ${id}\nevent: document\ndata: ${JSON.stringify(document)}\n\n`;

const messages: Record<DropReason, string> = {
  buffer_full: 'events were not read fast enough, and too much was waiting',
  stalled: 'nothing was read for four heartbeats',
};

const errorText = (reason: DropReason): string =>
  `event: error\ndata: ${JSON.stringify({ code: 'ERR_SLOW_CLIENT', reason, message: messages[reason] })}\n\n`;
