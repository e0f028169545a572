import type { Server } from '@podkit/chassis/http/server';
import type { EventStreams } from '@podkit/chassis/http/sse';

export type ConsoleApi = {
  /** The document of this moment. */
  document: () => Promise<unknown>;
  /** The last hour. */
  history: () => unknown;
  stream: EventStreams;
};

/** `/api/console`: the console's document, once and as a stream, and the last hour. */
export function consoleApi(server: Server, { document, history, stream }: ConsoleApi): void {
  const quiet = { quiet: true };
  server.addHook('onRequest', async ({ routeOptions }, reply) => {
    if (routeOptions.url?.startsWith('/api/console') === true) void reply.header('cache-control', 'no-store');
  });
  server.get('/api/console', { config: quiet }, document);
  server.get('/api/console/history', { config: quiet }, () => history());
  server.get('/api/console/events', { config: { ...quiet, stream: true } }, async (_request, reply) => {
    stream.open(reply, [{ event: 'console', data: await document() }]);
  });
}
