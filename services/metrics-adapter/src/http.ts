import { parseDuration } from '@podkit/chassis/duration';
import type { Server } from '@podkit/chassis/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Adapter } from './adapter.ts';
import type { AdapterConfig } from './config/schema.ts';
import { contentType, negotiateCoding, negotiateFormat } from './exposition/negotiate.ts';
import { encodedStream } from './exposition/respond.ts';
import type { Family } from './series/family.ts';

const quiet = { config: { quiet: true } };

export type RouteOptions = {
  adapter: Adapter;
  /** Read the configuration again. @throws {ConfigError | PodkitError} when the old one stays */
  reload: () => Promise<void>;
};

/** Serve `/metrics` and the administrative paths that Prometheus' own programs have. */
export function serveAdapter(server: Server, { adapter, reload }: RouteOptions): void {
  server.get('/metrics', quiet, async (request, reply) =>
    sendFamilies(request, reply, await adapter.gather(patienceOf(request, adapter.config.scrape))),
  );
  server.get('/-/healthy', quiet, async (_request, reply) => reply.type('text/plain').send('ok\n'));
  server.route({
    method: ['POST', 'PUT'],
    url: '/-/reload',
    handler: async (_request, reply) => {
      await reload();
      return reply.type('text/plain').send('reloaded\n');
    },
  });
}

/** Send families in the format and compression that the request asks for. */
export function sendFamilies(request: FastifyRequest, reply: FastifyReply, families: readonly Family[]): FastifyReply {
  const format = negotiateFormat(request.headers.accept);
  const coding = negotiateCoding(String(request.headers['accept-encoding'] ?? ''));
  if (coding !== 'identity') reply.header('content-encoding', coding);
  return reply
    .header('vary', 'accept, accept-encoding')
    .type(contentType(format))
    .send(encodedStream(families, format, coding));
}

/** Milliseconds that sources may take: what the scraper gives itself, less an offset for the way back. */
export function patienceOf(request: FastifyRequest, scrape: AdapterConfig['scrape']): number {
  const [fallback, offset, longest] = [scrape.timeout, scrape.timeoutOffset, scrape.maxTimeout].map(parseDuration);
  const seconds = Number(request.headers['x-prometheus-scrape-timeout-seconds']);
  const given = seconds > 0 ? seconds * 1000 : (fallback ?? 0);
  // At least half of a very short one: an offset must not leave nothing.
  return Math.min(Math.max(given - (offset ?? 0), given / 2), longest ?? given);
}
