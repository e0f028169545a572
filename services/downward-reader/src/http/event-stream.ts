import type { ServerResponse } from 'node:http';
import type { ChangeEvent } from '../changes.ts';

/** Bytes that may wait for a slow client before it is dropped. */
const mostWaiting = 256 * 1024;
const heartbeat = 15_000;

export type StreamCounts = { open: number; opened: number; dropped: number };

/** The clients of `/events`. Each gets what it missed first; one that does not read is dropped, the others never wait. */
export class EventStreams {
  readonly #clients = new Set<ServerResponse>();
  readonly #limit: number;
  readonly #timer: NodeJS.Timeout;
  #opened = 0;
  #dropped = 0;

  constructor(limit: number) {
    this.#limit = limit;
    this.#timer = setInterval(() => this.#write(': still here\n\n'), heartbeat);
    this.#timer.unref();
  }

  get counts(): StreamCounts {
    return { open: this.#clients.size, opened: this.#opened, dropped: this.#dropped };
  }

  get full(): boolean {
    return this.#clients.size >= this.#limit;
  }

  /** Begin a stream with some text; the caller has made sure that it is not `full`. */
  open(client: ServerResponse, first: string): void {
    client.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' });
    client.write(`retry: 1000\n\n${first}`);
    this.#clients.add(client);
    this.#opened += 1;
    client.once('close', () => this.#clients.delete(client));
    client.on('error', () => this.#clients.delete(client));
  }

  send(event: ChangeEvent): void {
    this.#write(changeText(event));
  }

  /** End every stream; clients reconnect elsewhere with the id they saw last. */
  close(): void {
    clearInterval(this.#timer);
    for (const client of this.#clients) client.end('event: bye\ndata: {}\n\n');
  }

  #write(text: string): void {
    for (const client of this.#clients) {
      if (client.writableLength > mostWaiting) this.#drop(client);
      else client.write(text);
    }
  }

  #drop(client: ServerResponse): void {
    this.#dropped += 1;
    this.#clients.delete(client);
    client.destroy();
  }
}

export const changeText = (event: ChangeEvent): string =>
  `id: ${event.id}\nevent: change\ndata: ${JSON.stringify(event)}\n\n`;

/** The whole document, for a client that is new or missed too much. */
export const documentText = (id: number, document: unknown): string =>
  `id: ${id}\nevent: document\ndata: ${JSON.stringify(document)}\n\n`;
