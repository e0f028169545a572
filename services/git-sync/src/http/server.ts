import { networkInterfaces } from 'node:os';
import type { Health } from '@podkit/chassis/health';
import { createServer, listen, type Server } from '@podkit/chassis/http';
import type { Lifecycle } from '@podkit/chassis/lifecycle';
import type { Metrics } from '@podkit/chassis/metrics';
import { serveMetrics, serveProbes } from '@podkit/chassis/probes';
import type { Log } from '../log/log.ts';
import { pinoOver } from '../log/pino-over.ts';
import type { SyncedRepository } from '../synced-repository.ts';
import { bindAddress } from './bind-address.ts';
import { serveProfiles } from './profiles.ts';
import { serveTrigger, triggerOf } from './trigger.ts';

export type HttpInput = {
  bind: string;
  log: Log;
  version: string;
  lifecycle: Lifecycle;
  health: Health;
  metrics: Metrics;
  serveMetrics: boolean;
  servePprof: boolean;
  /** Why upstream's readiness fails, or undefined when it passes. */
  notReady: () => string | undefined;
  /** Without one there is no POST /sync. */
  triggerSecret: string | undefined;
  repositories: readonly SyncedRepository[];
};

/** Largest body of a push notification. */
const bodyLimit = 5 * 1024 * 1024;

/**
 * git-sync's HTTP endpoint: upstream's readiness at every path that is nothing else, podkit's probes, and what the
 * settings switch on.
 */
export async function startHttp(input: HttpInput): Promise<Server> {
  const { lifecycle, health, metrics } = input;
  const log = pinoOver(input.log, { service: 'git-sync', version: input.version });
  const server = createServer({ log, lifecycle, metrics: metrics.http, bodyLimit, requestLog: false });
  serveProbes(server, { health, lifecycle, drainReadiness: 'keep' });
  if (input.serveMetrics) serveMetrics(server, metrics.registry);
  if (input.servePprof) serveProfiles(server);
  if (input.triggerSecret !== undefined)
    await serveTrigger(server, triggerOf(input.triggerSecret, input.repositories, metrics.registry));
  server.all('/*', { config: { quiet: true } }, (_request, reply) => {
    const reason = input.notReady();
    if (reason === undefined) return reply.code(200).send();
    return reply.code(503).type('text/plain; charset=utf-8').send(reason);
  });
  const { host, port } = bindAddress(input.bind) ?? { host: '', port: 0 };
  await listen(server, { host: host === '' ? anyAddress() : host, port, setting: '--http-bind' });
  return server;
}

/** Every address, of both families where the machine has both. */
function anyAddress(): string {
  const families = Object.values(networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).map(({ family }) => family),
  );
  return families.includes('IPv6') ? '::' : '0.0.0.0';
}
