import { ConfigError } from '@podkit/chassis/config/config';
import { describeError } from '@podkit/chassis/errors';
import type { Health } from '@podkit/chassis/http/health';
import { textResponse } from '@podkit/chassis/http/openapi';
import type { Server } from '@podkit/chassis/http/server';
import * as Type from 'typebox';
import type { Adapter } from '../adapter.ts';
import { Pages } from '../exposition/pages.ts';
import { FetchError } from '../fetch/errors.ts';
import { ProbeError, readProbeQuery } from '../json/probes.ts';
import { scrapeTimeout, sendPage } from './page.ts';

const quiet = { quiet: true };

const pageResponse = textResponse(
  'A page in the format that Accept asks for: text 0.0.4 or 1.0.0, OpenMetrics, or protobuf.',
);

const routes = {
  metrics: { summary: 'The metrics of all sources', response: { 200: pageResponse } },
  probe: {
    summary: 'The metrics of one target, read now by a module',
    querystring: Type.Object({
      module: Type.Optional(Type.Unknown({ description: 'Name of a module of the file; by default `default`.' })),
      target: Type.Optional(Type.Unknown({ description: 'URL of the target.' })),
    }),
    response: {
      200: pageResponse,
      400: textResponse('The query is wrong.'),
      403: textResponse('The target is not allowed.'),
      503: textResponse('The target could not be read.'),
    },
  },
  ready: { summary: 'As /readyz', response: { 200: textResponse('Ready.'), 503: textResponse('Not ready.') } },
  healthy: { summary: 'Whether the process works', response: { 200: textResponse('It works.') } },
  reload: {
    summary: 'Reload the configuration file',
    response: {
      200: textResponse('The file is in use.'),
      400: textResponse('The file has errors; the old one stays in use.'),
    },
  },
  clear: {
    summary: 'Remove the series of StatsD and logs, of all sources or of one',
    querystring: Type.Object({ source: Type.Optional(Type.String({ description: 'Name of the source.' })) }),
    response: { 200: textResponse('The series are removed.'), 404: textResponse('There is no such source.') },
  },
};

export type RouteOptions = {
  adapter: Adapter;
  health: Health;
  /** Reload the configuration. @throws {ConfigError | PodkitError} when the old one stays in use */
  reload: () => Promise<void>;
  /** Whether `/-/reload` and `/-/clear` are served. */
  enableLifecycle: boolean;
};

/** Serve `/metrics` and the administrative paths that Prometheus' own programs have. */
export function serveAdapter(server: Server, { adapter, health, reload, enableLifecycle }: RouteOptions): void {
  const pages = new Pages();
  server.get('/metrics', { schema: routes.metrics, config: quiet }, async (request, reply) => {
    const timeout = scrapeTimeout(request, adapter.config.scrape);
    return sendPage(request, reply, { pages, key: '', timeout, gather: () => adapter.gather(timeout) });
  });
  server.get('/probe', { schema: routes.probe, config: quiet }, async (request, reply) => {
    const query = new URL(request.url, 'http://probe').searchParams;
    try {
      const timeout = scrapeTimeout(request, adapter.config.scrape);
      const gather = () => adapter.probe(readProbeQuery(query), timeout);
      return await sendPage(request, reply, { pages, key: query.toString(), timeout, gather });
    } catch (error) {
      if (!(error instanceof ProbeError || error instanceof FetchError)) throw error;
      const status = error instanceof ProbeError ? error.status : 503;
      return reply.code(status).send(`${describeError(error)}\n`);
    }
  });
  server.get('/-/ready', { schema: routes.ready, config: quiet }, async (_request, reply) => {
    const { ok } = await health.run('readyz');
    return reply.code(ok ? 200 : 503).send(ok ? 'ready\n' : 'not ready\n');
  });
  server.get('/-/healthy', { schema: routes.healthy, config: quiet }, async () => 'ok\n');
  if (!enableLifecycle) return;
  server.route({
    method: ['POST', 'PUT'],
    url: '/-/reload',
    schema: routes.reload,
    handler: async (_request, reply) => {
      try {
        await reload();
      } catch (error) {
        const why = error instanceof ConfigError ? error.errors.join('\n') : describeError(error);
        return reply.code(400).send(`not reloaded; the old configuration stays in use:\n${why}\n`);
      }
      return 'reloaded\n';
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
        .send(known ? 'cleared\n' : `no source of StatsD or logs is named ${source}\n`);
    },
  });
}
