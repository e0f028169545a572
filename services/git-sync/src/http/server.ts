import { networkInterfaces } from 'node:os';
import type { Health } from '@podkit/chassis/http/health';
import { ApiDocument, emptyResponse, errorResponse, textResponse } from '@podkit/chassis/http/openapi';
import { serveMetrics, serveProbes } from '@podkit/chassis/http/probes';
import { createServer, listen, type Server } from '@podkit/chassis/http/server';
import { swaggerUi } from '@podkit/chassis/http/swagger-ui';
import type { Lifecycle } from '@podkit/chassis/process/lifecycle';
import * as Type from 'typebox';
import pkg from '../../package.json' with { type: 'json' };
import { parseBindAddress } from '../config/bind-address.ts';
import type { Log } from '../log/log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { SyncedRepository } from '../sync/synced-repository.ts';
import { profiles } from './profiles.ts';
import { findReadiness, notReadyReason, type ReadinessRules } from './readiness.ts';
import { trigger, triggerSecurity } from './trigger.ts';

export type HttpInput = {
  bind: string;
  log: Log;
  lifecycle: Lifecycle;
  health: Health;
  metrics: Metrics;
  servePprof: boolean;
  swaggerUi: boolean;
  /** Reads the secret of `POST /sync`; without it there is no such endpoint. */
  readTriggerSecret: (() => Promise<string>) | undefined;
  repositories: readonly SyncedRepository[];
  readiness: ReadinessRules;
};

const repositoryReadiness = {
  summary: 'Readiness of one repository',
  params: Type.Object({ name: Type.String() }),
  response: {
    200: textResponse('Ready.'),
    404: errorResponse('No repository has that name.'),
    503: textResponse('Not ready; the body gives the reason.'),
  },
};
const readinessOfAll = {
  summary: 'Readiness of all repositories, at every other path and by any method',
  response: { 200: emptyResponse('Ready.'), 503: textResponse('Not ready; the body gives the reason.') },
};

/** Listen on `--http-bind`. Gives the function that closes the server. */
export async function startHttp(input: HttpInput): Promise<() => Promise<void>> {
  const server = await createHttpServer(input);
  const { host, port } = parseBindAddress(input.bind) ?? { host: '', port: 0 };
  await listen(server, { host: host === '' ? anyAddress() : host, port, setting: '--http-bind' });
  return () => server.close();
}

/**
 * The HTTP endpoints: podkit's probes, those that the settings switch on, and upstream's readiness at every other path.
 */
export async function createHttpServer(input: Omit<HttpInput, 'bind'>): Promise<Server> {
  const { log, lifecycle, health, metrics, repositories, readTriggerSecret } = input;
  const { exposition } = metrics;
  const api = new ApiDocument({ title: 'git-sync', version: pkg.version, securitySchemes: triggerSecurity });
  const server = createServer({
    log: log.pino,
    lifecycle,
    requestLog: false,
    statuses: { ERR_RATE_LIMIT: 429 },
    api,
    ...(exposition === undefined ? {} : { metrics: exposition.http }),
  });
  // Only the trigger reads a body; those of other requests are discarded.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', (_request, payload, done) => {
    payload.resume();
    done(null);
  });
  serveProbes(server, { health, lifecycle, drainReadiness: 'keep' });
  if (exposition !== undefined) serveMetrics(server, exposition.registry);
  if (input.servePprof) await server.register(profiles);
  if (readTriggerSecret !== undefined)
    await server.register(trigger, { repositories, metrics, log, readSecret: readTriggerSecret });
  if (input.swaggerUi) await server.register(await swaggerUi([api]));
  serveReadiness(server, input);
  return server;
}

function serveReadiness(server: Server, { repositories, readiness }: Pick<HttpInput, 'repositories' | 'readiness'>) {
  server.get('/readyz/:name', { schema: repositoryReadiness, config: { quiet: true } }, async (request, reply) => {
    const found = findReadiness(request.params.name, repositories, readiness);
    if (found === undefined) return reply.code(404).send({ code: 'ERR_NOT_FOUND', message: 'no such repository' });
    reply.type('text/plain; charset=utf-8');
    return found.reason === undefined ? reply.send('ok') : reply.code(503).send(found.reason);
  });
  server.route({
    method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    url: '/*',
    schema: readinessOfAll,
    config: { quiet: true },
    handler: async (_request, reply) => {
      const reason = notReadyReason(repositories, readiness);
      if (reason === undefined) return reply.code(200).send();
      return reply.code(503).type('text/plain; charset=utf-8').send(reason);
    },
  });
}

/** The address that means all addresses, of IPv6 and IPv4 where the machine has both. */
function anyAddress(): string {
  const families = Object.values(networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).map(({ family }) => family),
  );
  return families.includes('IPv6') ? '::' : '0.0.0.0';
}
