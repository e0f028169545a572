import type { Server } from '@podkit/chassis/http/server';
import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import type { Chaos } from '../chaos/chaos.ts';
import type { Overload } from '../health/overload.ts';

declare module 'fastify' {
  // oxlint-disable-next-line typescript/consistent-type-definitions -- merging needs an interface
  interface FastifyContextConfig {
    /** The answer is endless: it does not count as a request in flight. */
    stream?: boolean;
  }
}

/** Run before every route that is added from now on: chaos, where it is on, and the limit of requests in flight. */
export function trafficGate(server: Server, { overload, chaos }: { overload: Overload; chaos: Chaos }): void {
  const release = () => overload.release();
  const admit = (reply: FastifyReply, done: () => void) => {
    if (!overload.admit(reply)) return;
    // 'close' and not 'finish': a request whose client goes away before the answer is released too.
    reply.raw.on('close', release);
    done();
  };
  // Chosen once per route: reading a request's routeOptions makes an object each time.
  server.addHook('onRoute', (route) => {
    const goOn = route.config?.stream === true ? admitStream : admit;
    const gate: onRequestHookHandler = (request, reply, done) => {
      if (!chaos.disturbs) return goOn(reply, done);
      void disturb(chaos, request, reply, () => goOn(reply, done));
    };
    route.onRequest = [gate, ...[route.onRequest ?? []].flat()];
  });
}

function admitStream(_reply: FastifyReply, done: () => void): void {
  done();
}

async function disturb(chaos: Chaos, request: FastifyRequest, reply: FastifyReply, goOn: () => void): Promise<void> {
  await chaos.hanging;
  if (chaos.delay > 0) await new Promise((resolve) => setTimeout(resolve, chaos.delay));
  if (chaos.dropShare === 0 || Math.random() >= chaos.dropShare) return goOn();
  reply.hijack();
  request.raw.socket.destroy();
}
