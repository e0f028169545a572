import { errorResponse, jsonResponse, textResponse } from '@podkit/chassis/http/openapi';
import type { Server } from '@podkit/chassis/http/server';
import type { EventStreams } from '@podkit/chassis/http/sse';

export type ConsoleApi = {
  /** The current document. */
  document: () => Promise<unknown>;
  /** The last hour. */
  history: () => unknown;
  stream: EventStreams;
};

export const consoleSchemas = {
  document: { summary: "The console's document", response: { 200: jsonResponse('The document.') } },
  history: { summary: 'The last hour', response: { 200: jsonResponse('The last hour.') } },
  events: {
    summary: "The console's document and its changes, as server-sent events",
    response: { 200: textResponse('A stream.', 'text/event-stream'), 503: errorResponse('Too many streams.') },
  },
};

/** `/api/console`: the console's document, once and as a stream, and the last hour. */
export function consoleApi(server: Server, { document, history, stream }: ConsoleApi): void {
  const quiet = { quiet: true };
  server.addHook('onRequest', async ({ routeOptions }, reply) => {
    if (routeOptions.url?.startsWith('/api/console') === true) void reply.header('cache-control', 'no-store');
  });
  server.get('/api/console', { schema: consoleSchemas.document, config: quiet }, document);
  server.get('/api/console/history', { schema: consoleSchemas.history, config: quiet }, () => history());
  server.get('/api/console/events', { schema: consoleSchemas.events, config: quiet }, async (_request, reply) => {
    stream.open(reply, [{ event: 'console', data: await document() }]);
  });
}
