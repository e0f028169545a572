import { networkInterfaces } from 'node:os';
import type { Health } from '@podkit/chassis/http/health';
import type { Lifecycle } from '@podkit/chassis/process/lifecycle';
import type { Log } from '../log/log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { SyncedRepository } from '../sync/synced-repository.ts';
import { bindAddress } from './bind-address.ts';
import { createListener, listenAt } from './listener.ts';
import { type Route, textAnswer } from './message.ts';
import { probeRoute } from './probes.ts';
import { profileRoutes } from './profiles.ts';
import { notesOn, notReadyReason, type ReadinessRules } from './readiness.ts';
import { triggerRoute } from './trigger.ts';

export type HttpInput = {
  bind: string;
  log: Log;
  lifecycle: Lifecycle;
  health: Health;
  metrics: Metrics;
  servePprof: boolean;
  /** Without one there is no POST /sync. */
  triggerSecret: string | undefined;
  repositories: readonly SyncedRepository[];
  readiness: ReadinessRules;
};

/**
 * git-sync's HTTP endpoint: upstream's readiness at every path that is nothing else, podkit's probes, and what the
 * settings switch on. Gives what closes it.
 */
export async function startHttp(input: HttpInput): Promise<() => Promise<void>> {
  const routes = routesOf(input);
  const ready = readinessRoute(input);
  const trigger = input.triggerSecret === undefined ? undefined : triggerRoute(input.triggerSecret, input);
  const routeOf = (method: string, path: string): Route => {
    if (trigger !== undefined && method === 'POST' && /^\/sync(\/[^/]*)?$/.test(path)) return trigger;
    return routes.get(path) ?? ready;
  };
  const { log, lifecycle, metrics } = input;
  const { server, close } = createListener({ routeOf, lifecycle, log, observe: metrics.request });
  const { host, port } = bindAddress(input.bind) ?? { host: '', port: 0 };
  await listenAt(server, { host: host === '' ? anyAddress() : host, port });
  return close;
}

/** The fixed paths; everything else is readiness, or the trigger. */
export function routesOf({
  health,
  lifecycle,
  metrics: { scrape },
  servePprof,
  repositories,
}: Pick<HttpInput, 'health' | 'lifecycle' | 'metrics' | 'servePprof' | 'repositories'>): Map<string, Route> {
  const probes = { health, lifecycle, notes: () => notesOn(repositories) };
  const routes = (['livez', 'readyz', 'startupz'] as const).map((probe) => probeRoute(probe, probes));
  if (scrape !== undefined)
    routes.push({
      name: '/metrics',
      handle: async () => {
        const { type, text } = await scrape();
        return textAnswer(200, text, type);
      },
    });
  if (servePprof) routes.push(...profileRoutes());
  return new Map(routes.map((route) => [route.name, route]));
}

function readinessRoute({ repositories, readiness }: HttpInput): Route {
  return {
    name: '/*',
    handle: () => {
      const reason = notReadyReason(repositories, readiness);
      return reason === undefined ? { status: 200 } : textAnswer(503, reason);
    },
  };
}

/** Every address, of both families where the machine has both. */
function anyAddress(): string {
  const families = Object.values(networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).map(({ family }) => family),
  );
  return families.includes('IPv6') ? '::' : '0.0.0.0';
}
