import { setTimeout as sleep } from 'node:timers/promises';
import type { Server } from '@podkit/chassis/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Chaos } from '../chaos/chaos.ts';
import type { Overload } from '../health/overload.ts';

declare module 'fastify' {
  // oxlint-disable-next-line typescript/consistent-type-definitions -- merging needs an interface
  interface FastifyContextConfig {
    /** An endless answer: it does not count as a request in flight. */
    stream?: boolean;
  }
}

/** Paths on which somebody must be able to end the chaos, and to see it. */
const spared = /^\/(api\/chaos|api\/console|console)(\/|$|\?)/;

/** What stands before every route of the traffic port: chaos, where it is on, and refusing what is too much. */
export function trafficGate(server: Server, { overload, chaos }: { overload: Overload; chaos: Chaos }): void {
  server.addHook('onRequest', (request, reply, done) => {
    if (!chaos.disturbs || spared.test(request.url)) return admit(overload, request, reply, done);
    void disturb(chaos, request, reply, () => admit(overload, request, reply, done));
  });
}

async function disturb(chaos: Chaos, request: FastifyRequest, reply: FastifyReply, goOn: () => void): Promise<void> {
  await chaos.hanging;
  if (chaos.delay > 0) await sleep(chaos.delay);
  if (chaos.dropShare === 0 || Math.random() >= chaos.dropShare) return goOn();
  reply.hijack();
  request.raw.socket.destroy();
}

function admit(overload: Overload, request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  if (request.routeOptions.config.stream === true) return done();
  if (overload.admit()) {
    // 'close' and not 'finish': a client that goes away before the answer gives its place back too.
    reply.raw.once('close', () => overload.release());
    return done();
  }
  const message = `too much to do (${overload.state.reasons.join(', ')}); try again`;
  void reply.code(503).header('retry-after', '1').send({ code: 'ERR_OVERLOADED', message });
}
