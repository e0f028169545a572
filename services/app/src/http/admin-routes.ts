import type { Probe } from '@podkit/chassis/http/health';
import type { Server } from '@podkit/chassis/http/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Chaos } from '../chaos/chaos.ts';
import { type ProbeHistory, proberOf } from '../health/probe-history.ts';
import type { Hooks } from '../lifecycle/hooks.ts';
import { hasBearer } from './bearer.ts';

export type AdminOptions = {
  hooks: Hooks;
  history: ProbeHistory;
  chaos: Chaos;
  /** What the preStop hook must send; undefined: nothing. */
  hookToken: string | undefined;
};

const watched: Record<string, string> = {
  '/livez': 'livez',
  '/readyz': 'readyz',
  '/startupz': 'startupz',
  '/hooks/pre-stop': 'pre-stop',
  '/hooks/post-start': 'post-start',
};

/** What the admin port has beside probes and metrics: the hooks, the memory of who called, and chaos for the probes. */
export function adminRoutes(admin: Server, { hooks, history, chaos, hookToken }: AdminOptions): void {
  admin.addHook('onRequest', async () => chaos.hanging);
  admin.addHook('onResponse', (request, reply, done) => {
    record(request, reply, history, chaos);
    done();
  });

  const preStop = async (request: FastifyRequest, reply: FastifyReply) => {
    if (hookToken !== undefined && !hasBearer(request.headers.authorization, hookToken))
      return reply.code(401).send({ code: 'ERR_TOKEN', message: 'this hook needs its bearer token' });
    await hooks.preStop();
    return { drained: true };
  };
  // A kubelet sends GET; people are better served with POST.
  admin.route({ method: ['GET', 'POST'], url: '/hooks/pre-stop', exposeHeadRoute: false, handler: preStop });
  admin.route({
    method: ['GET', 'POST'],
    url: '/hooks/post-start',
    exposeHeadRoute: false,
    handler: async () => {
      await hooks.postStart();
      return { started: true };
    },
  });
}

function record(request: FastifyRequest, reply: FastifyReply, history: ProbeHistory, chaos: Chaos): void {
  const probe = watched[request.routeOptions.url ?? ''];
  if (probe === undefined) return;
  const userAgent = request.headers['user-agent'] ?? '';
  const byChaos = isProbe(probe) && chaos.isFailing(probe);
  history.record({
    at: Math.round(Date.now() - reply.elapsedTime),
    probe,
    via: 'http',
    prober: proberOf(userAgent),
    userAgent,
    status: reply.statusCode,
    ok: reply.statusCode < 400,
    milliseconds: Math.round(reply.elapsedTime * 100) / 100,
    chaos: byChaos,
  });
  if (byChaos) chaos.consume(probe);
}

const isProbe = (name: string): name is Probe => name.endsWith('z');
