import { ConfigError } from '@podkit/chassis/config/config';
import { parseDuration } from '@podkit/chassis/config/duration';
import { messageOf } from '@podkit/chassis/errors';
import type { Health } from '@podkit/chassis/http/health';
import { textAnswer } from '@podkit/chassis/http/openapi';
import type { Server } from '@podkit/chassis/http/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import * as Type from 'typebox';
import type { Adapter } from './adapter.ts';
import type { AdapterConfig } from './config/schema.ts';
import { contentType, negotiateCoding, negotiateFormat } from './exposition/negotiate.ts';
import { Pages } from './exposition/pages.ts';
import { FetchError } from './fetch/errors.ts';
import { ProbeError, type ProbeQuery } from './json/probes.ts';
import type { Family } from './series/family.ts';

const quiet = { quiet: true };

const pageAnswer = textAnswer(
  'A page in the format that Accept asks for: text 0.0.4 or 1.0.0, OpenMetrics, or protobuf.',
);

const routes = {
  metrics: { summary: 'What all sources give, for Prometheus', response: { 200: pageAnswer } },
  probe: {
    summary: 'What one target gives, read by a module now',
    querystring: Type.Object({
      module: Type.Optional(Type.Unknown({ description: 'A module of the file; else `default`.' })),
      target: Type.Optional(Type.Unknown({ description: 'URL of the target.' })),
    }),
    response: {
      200: pageAnswer,
      400: textAnswer('The query is wrong.'),
      403: textAnswer('The target is not allowed.'),
      503: textAnswer('The target gives no answer.'),
    },
  },
  ready: { summary: 'As /readyz', response: { 200: textAnswer('Ready.'), 503: textAnswer('Not ready.') } },
  healthy: { summary: 'Whether the process works', response: { 200: textAnswer('It does.') } },
  reload: {
    summary: 'Read the configuration file again',
    response: { 200: textAnswer('It is in use.'), 400: textAnswer('The file has errors; the old one stays in use.') },
  },
  clear: {
    summary: 'Forget what StatsD and logs brought, of all sources or of one',
    querystring: Type.Object({ source: Type.Optional(Type.String({ description: 'Name of the source.' })) }),
    response: { 200: textAnswer('It is forgotten.'), 404: textAnswer('There is no such source.') },
  },
};

export type RouteOptions = {
  adapter: Adapter;
  health: Health;
  /** Read the configuration again. @throws {ConfigError | PodkitError} when the old one stays */
  reload: () => Promise<void>;
  /** Whether `/-/reload` and `/-/clear` are served: they are off unless asked for. */
  enableLifecycle: boolean;
};

/** Serve `/metrics` and the administrative paths that Prometheus' own programs have. */
export function serveAdapter(server: Server, { adapter, health, reload, enableLifecycle }: RouteOptions): void {
  const pages = new Pages();
  server.get('/metrics', { schema: routes.metrics, config: quiet }, async (request, reply) => {
    const timeout = timeoutOf(request, adapter.config.scrape);
    return sendPage(request, reply, { pages, key: '', timeout, gather: () => adapter.gather(timeout) });
  });
  server.get('/probe', { schema: routes.probe, config: quiet }, async (request, reply) => {
    const query = new URL(request.url, 'http://probe').searchParams;
    try {
      const timeout = timeoutOf(request, adapter.config.scrape);
      const gather = () => adapter.probe(queryOf(query), timeout);
      return await sendPage(request, reply, { pages, key: query.toString(), timeout, gather });
    } catch (error) {
      if (!(error instanceof ProbeError || error instanceof FetchError)) throw error;
      const status = error instanceof ProbeError ? error.status : 503;
      return reply
        .code(status)
        .type('text/plain; charset=utf-8')
        .send(`${messageOf(error)}\n`);
    }
  });
  server.get('/-/ready', { schema: routes.ready, config: quiet }, async (_request, reply) => {
    const { ok } = await health.run('readyz');
    return reply
      .code(ok ? 200 : 503)
      .type('text/plain')
      .send(ok ? 'ready\n' : 'not ready\n');
  });
  server.get('/-/healthy', { schema: routes.healthy, config: quiet }, async (_request, reply) =>
    reply.type('text/plain').send('ok\n'),
  );
  if (!enableLifecycle) return;
  server.route({
    method: ['POST', 'PUT'],
    url: '/-/reload',
    schema: routes.reload,
    handler: async (_request, reply) => {
      try {
        await reload();
      } catch (error) {
        const faults = error instanceof ConfigError ? error.errors.join('\n') : messageOf(error);
        return reply.code(400).type('text/plain; charset=utf-8').send(`not reloaded, the old one stays:\n${faults}\n`);
      }
      return reply.type('text/plain').send('reloaded\n');
    },
  });
  server.route<{ Querystring: { source?: string } }>({
    method: ['POST', 'PUT'],
    url: '/-/clear',
    schema: routes.clear,
    handler: async ({ query: { source } }, reply) => {
      const known = adapter.clear(source);
      return reply
        .code(known ? 200 : 404)
        .type('text/plain; charset=utf-8')
        .send(known ? 'cleared\n' : `no source of StatsD or logs is named ${source}\n`);
    },
  });
}

type Page = { pages: Pages; key: string; timeout: number; gather: () => Promise<Family[]> };

/** Send a page in the format and compression that the request asks for. */
async function sendPage(
  request: FastifyRequest,
  reply: FastifyReply,
  { pages, key, timeout, gather }: Page,
): Promise<FastifyReply> {
  const format = negotiateFormat(request.headers.accept);
  const coding = negotiateCoding(request.headers['accept-encoding']);
  const page = await pages.render({ format, coding }, key, gather);
  if (coding !== 'identity') reply.header('content-encoding', coding);
  // Who reads slower than its own timeout has given up: what it holds is for others.
  const timer = setTimeout(() => reply.raw.destroy(), Math.max(1000, timeout)).unref();
  reply.raw.once('close', () => clearTimeout(timer));
  return reply.header('vary', 'accept, accept-encoding').type(contentType(format)).send(page);
}

/** Milliseconds that sources may take: what the scraper gives itself, less an offset for the way back. */
function timeoutOf(request: FastifyRequest, scrape: AdapterConfig['scrape']): number {
  const [fallback, offset, longest] = [scrape.timeout, scrape.timeoutOffset, scrape.maxTimeout].map(parseDuration);
  const seconds = Number(request.headers['x-prometheus-scrape-timeout-seconds']);
  const given = seconds > 0 ? seconds * 1000 : (fallback ?? 0);
  // At least half of a very short one: an offset must not leave nothing.
  return Math.min(Math.max(given - (offset ?? 0), given / 2), longest ?? given);
}

function queryOf(query: URLSearchParams): ProbeQuery {
  const parameters = new Map([...new Set(query.keys())].map((name) => [name, query.getAll(name)] as const));
  return { module: query.get('module') ?? 'default', target: query.get('target') ?? '', parameters };
}
