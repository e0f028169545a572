import type { Server } from '@podkit/chassis/http/server';
import type { EventStream } from './event-stream.ts';

/** `/api/console`: the console's document, once and as a stream. */
export function consoleApi(
  server: Server,
  { document, stream }: { document: () => Promise<unknown>; stream: EventStream },
): void {
  server.get('/api/console', { config: { quiet: true } }, async (_request, reply) => {
    void reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
    return document();
  });
  server.get('/api/console/events', { config: { stream: true, quiet: true } }, async (_request, reply) =>
    stream.open(reply, { event: 'console', data: await document() }),
  );
}
