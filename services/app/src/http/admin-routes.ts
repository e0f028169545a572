import type { Probe } from '@podkit/chassis/http/health';
import { errorResponse, jsonResponse } from '@podkit/chassis/http/openapi';
import type { Server } from '@podkit/chassis/http/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Chaos } from '../chaos/chaos.ts';
import type { ProbeHistory } from '../health/probe-history.ts';
import type { Hooks } from '../lifecycle/hooks.ts';

const watched: Record<string, string> = {
  '/livez': 'livez',
  '/readyz': 'readyz',
  '/startupz': 'startupz',
  '/hooks/pre-stop': 'pre-stop',
  '/hooks/post-start': 'post-start',
};

/** Record the calls of probes and hooks, and delay them while chaos hangs. */
export function watchProbes(admin: Server, { history, chaos }: { history: ProbeHistory; chaos: Chaos }): void {
  admin.addHook('onRequest', async ({ routeOptions }) => {
    if (watched[routeOptions.url ?? ''] !== undefined) await chaos.hanging;
  });
  admin.addHook('onResponse', (request, reply, done) => {
    record(request, reply, history, chaos);
    done();
  });
}

/** The lifecycle hooks, for a scope that checks their token. A kubelet sends GET; other clients may send POST. */
export function hookRoutes(scope: Server, { hooks }: { hooks: Hooks }): void {
  const hook = (url: string, summary: string, handler: () => Promise<unknown>) => {
    const response = { 200: jsonResponse('Done.'), 401: errorResponse('The token is missing or wrong.') };
    const schema = { summary, security: [{ hook: [] }], response };
    scope.route({ method: ['GET', 'POST'], url, schema, exposeHeadRoute: false, handler });
  };
  hook('/hooks/pre-stop', 'Drain, and answer when the drain is done', async () => {
    await hooks.preStop();
    return { drained: true };
  });
  hook('/hooks/post-start', 'Answer when the app has started', async () => {
    await hooks.postStart();
    return { started: true };
  });
}

function record(request: FastifyRequest, reply: FastifyReply, history: ProbeHistory, chaos: Chaos): void {
  const probe = watched[request.routeOptions.url ?? ''];
  if (probe === undefined) return;
  const byChaos = isProbe(probe) && chaos.isFailing(probe);
  history.record({
    probe,
    via: 'http',
    userAgent: request.headers['user-agent'] ?? '',
    status: reply.statusCode,
    ok: reply.statusCode < 400,
    milliseconds: reply.elapsedTime,
    chaos: byChaos,
  });
  if (byChaos) chaos.consume(probe);
}

const isProbe = (name: string): name is Probe => name.endsWith('z');
