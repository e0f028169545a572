import type { Server } from '@podkit/chassis/http';
import type { Lifecycle } from '@podkit/chassis/lifecycle';
import type { Reader } from './reader.ts';

/** Serve the facts: `/` as JSON, `/labels` and `/annotations` alone, `/events` as a stream of changes. */
export function serveFacts(server: Server, reader: Reader, lifecycle: Lifecycle): void {
  server.get('/', () => reader.facts);
  server.get('/labels', () => reader.facts.labels?.values ?? {});
  server.get('/annotations', () => reader.facts.annotations?.values ?? {});
  server.get('/events', (_request, reply) => {
    reply.hijack();
    const stream = reply.raw;
    stream.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    const send = () => stream.write(`event: facts\ndata: ${JSON.stringify(reader.facts)}\n\n`);
    const forget = reader.onChange(send);
    const ended = lifecycle.onChange(({ state }) => {
      if (state === 'draining') stream.end();
    });
    stream.once('close', () => {
      forget();
      ended();
    });
    send();
  });
}
