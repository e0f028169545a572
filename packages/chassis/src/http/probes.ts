import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Registry } from 'prom-client';
import * as Type from 'typebox';
import { type Probe, type ProbeResult, probeText } from './health.ts';
import type { ProbeOptions } from './lifecycle-checks.ts';
import { textResponse } from './openapi.ts';
import type { Server } from './server.ts';

const quiet = { quiet: true };

const probeQuery = Type.Object({
  verbose: Type.Optional(Type.Unknown({ description: 'If it is there, the response has a line for each check.' })),
  exclude: Type.Optional(Type.Array(Type.String(), { description: 'Checks to leave out.' })),
});

const summaries: Record<Probe, string> = {
  livez: 'Whether the process works, for a liveness probe',
  readyz: 'Whether it can serve now, for a readiness probe',
  startupz: 'Whether it has started, for a startup probe',
};

/** Run a probe; a readiness probe that leaves no check out reports its result to the lifecycle. */
export async function runProbe(
  probe: Probe,
  { health, lifecycle }: Pick<ProbeOptions, 'health' | 'lifecycle'>,
  exclude: readonly string[],
): Promise<ProbeResult> {
  const result = await health.run(probe, exclude);
  if (probe === 'readyz' && exclude.length === 0) lifecycle.setReady(result.ok, describeChecks(result));
  return result;
}

/**
 * Serve `/livez`, `/readyz` and `/startupz`: 200 or 503, with `?verbose` a line per check, and `?exclude=name`
 * (repeatable) to leave checks out, as the Kubernetes API server does.
 */
export function serveProbes(server: Server, { health, lifecycle }: ProbeOptions): void {
  const route = (probe: Probe) => async (request: FastifyRequest, reply: FastifyReply) => {
    const { exclude = [], verbose } = request.query as Type.Static<typeof probeQuery>;
    const result = await runProbe(probe, { health, lifecycle }, exclude);
    const text = probeText(result, verbose !== undefined);
    return reply
      .code(result.ok ? 200 : 503)
      .header('cache-control', 'no-store')
      .type('text/plain; charset=utf-8')
      .send(text);
  };
  const response = { 200: textResponse('The checks pass.'), 503: textResponse('A check fails; the body names it.') };
  for (const probe of ['livez', 'readyz', 'startupz'] as const) {
    const schema = { summary: summaries[probe], querystring: probeQuery, response };
    server.get(`/${probe}`, { schema, config: quiet }, route(probe));
  }
}

/** Serve the registry for Prometheus. */
export function serveMetrics(server: Server, registry: Registry): void {
  const schema = {
    summary: 'Metrics for Prometheus',
    response: { 200: textResponse('Prometheus text format 0.0.4.') },
  };
  server.get('/metrics', { schema, config: quiet }, async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
}

function describeChecks({ checks }: ProbeResult): string {
  const failing = checks.filter((check) => !check.ok).map((check) => `${check.name}: ${check.reason}`);
  return failing.length === 0 ? 'all checks pass' : failing.join('; ');
}
