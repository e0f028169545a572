import { subscribe } from 'node:diagnostics_channel';
import type { FastifyInstance } from 'fastify';

/**
 * To be preloaded (`node --import`): each Fastify server of the process prints its routes when it listens, as a line of JSON
 * `{ port, routes }`. Routes that are hidden from documents are left out, and HEAD where Fastify adds it to GET.
 */
subscribe('fastify.initialization', (message) => {
  const { fastify } = message as { fastify: FastifyInstance };
  const routes: string[] = [];
  fastify.addHook('onRoute', ({ method, url, schema }) => {
    if (schema?.hide === true) return;
    if (method !== 'HEAD') routes.push(...[method].flat().map((name) => `${name} ${url}`));
  });
  fastify.addHook('onListen', (done) => {
    const address = fastify.server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    process.stdout.write(`${JSON.stringify({ port, routes })}\n`);
    done();
  });
});
