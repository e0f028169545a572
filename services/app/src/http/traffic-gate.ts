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

/** Apply active chaos and the limit of requests in flight to every route that is added after this call. */
export function trafficGate(server: Server, { overload, chaos }: { overload: Overload; chaos: Chaos }): void {
  const release = () => overload.release();
  const admit = (reply: FastifyReply, done: () => void) => {
    if (!overload.admit(reply)) return;
    // 'close' and not 'finish', since it also comes when the client disconnects before the response.
    reply.raw.on('close', release);
    done();
  };
  // Chosen once per route, since each read of a request's routeOptions creates an object.
  server.addHook('onRoute', (route) => {
    const proceed = route.config?.stream === true ? admitStream : admit;
    const gate: onRequestHookHandler = (request, reply, done) => {
      if (!chaos.disturbs) return proceed(reply, done);
      void disturb(chaos, request, reply, () => proceed(reply, done));
    };
    route.onRequest = [gate, ...[route.onRequest ?? []].flat()];
  });
}

function admitStream(_reply: FastifyReply, done: () => void): void {
  done();
}

async function disturb(chaos: Chaos, request: FastifyRequest, reply: FastifyReply, proceed: () => void): Promise<void> {
  await chaos.hanging;
  if (chaos.delay > 0) await new Promise((resolve) => setTimeout(resolve, chaos.delay));
  if (chaos.dropShare === 0 || Math.random() >= chaos.dropShare) return proceed();
  reply.hijack();
  request.raw.socket.destroy();
}
