import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Registry } from 'prom-client';
import type { Lifecycle } from '../process/lifecycle.ts';
import { type Health, type Probe, type ProbeResult, probeText } from './health.ts';
import type { Server } from './server.ts';

const quiet = { config: { quiet: true } };

export type ProbeOptions = { health: Health; lifecycle: Lifecycle; drainReadiness: 'keep' | 'fail' };

/**
 * Add what every service has on its admin side to `/livez`, `/readyz` and `/startupz`: the state machine as checks.
 * Liveness ignores the drain: a Pod that stops is not a Pod that is stuck.
 */
export function addLifecycleChecks({ health, lifecycle, drainReadiness }: ProbeOptions): void {
  const started = () => {
    if (lifecycle.state === 'starting') throw new Error('still starting');
  };
  health.add('livez', 'ping', () => undefined);
  health.add('startupz', 'started', started);
  health.add('readyz', 'started', started);
  if (drainReadiness === 'fail') {
    health.add('readyz', 'not-draining', () => {
      if (lifecycle.draining) throw new Error('draining');
    });
  }
}

/** Run a probe; a readiness probe that leaves no check out reports its result to the lifecycle. */
export async function runProbe(
  probe: Probe,
  { health, lifecycle }: Pick<ProbeOptions, 'health' | 'lifecycle'>,
  exclude: readonly string[],
): Promise<ProbeResult> {
  const result = await health.run(probe, exclude);
  if (probe === 'readyz' && exclude.length === 0) lifecycle.setReady(result.ok, reasonOf(result));
  return result;
}

/**
 * Serve `/livez`, `/readyz` and `/startupz`: 200 or 503, with `?verbose` a line per check, and `?exclude=name`
 * (repeatable) to leave checks out, as the Kubernetes API server does.
 */
export function serveProbes(server: Server, { health, lifecycle }: ProbeOptions): void {
  const route = (probe: Probe) => async (request: FastifyRequest, reply: FastifyReply) => {
    const query = request.query as Record<string, string | string[] | undefined>;
    const exclude = [query.exclude ?? []].flat();
    const result = await runProbe(probe, { health, lifecycle }, exclude);
    const text = probeText(result, query.verbose !== undefined);
    return reply
      .code(result.ok ? 200 : 503)
      .header('cache-control', 'no-store')
      .type('text/plain; charset=utf-8')
      .send(text);
  };
  for (const probe of ['livez', 'readyz', 'startupz'] as const) server.get(`/${probe}`, quiet, route(probe));
}

/** Serve the registry for Prometheus. */
export function serveMetrics(server: Server, registry: Registry): void {
  server.get('/metrics', quiet, async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
}

function reasonOf({ checks }: ProbeResult): string {
  const failing = checks.filter((check) => !check.ok).map((check) => `${check.name}: ${check.reason}`);
  return failing.length === 0 ? 'all checks pass' : failing.join('; ');
}
