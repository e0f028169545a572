import type { Health } from '@podkit/chassis/http/health';
import type { Metrics } from '@podkit/chassis/http/metrics';
import { serveMetrics, serveProbes } from '@podkit/chassis/http/probes';
import { createServer, type Server } from '@podkit/chassis/http/server';
import type { Logger } from '@podkit/chassis/log/logger';
import type { Lifecycle } from '@podkit/chassis/process/lifecycle';
import { keyOfText } from '../engine/key.ts';
import { explain, type LiveEngine } from '../engine/live-engine.ts';

export type AdminOptions = {
  engine: LiveEngine;
  health: Health;
  lifecycle: Lifecycle;
  log: Logger;
  metrics: Metrics;
  drainReadiness: 'keep' | 'fail';
};

/** Probes, metrics, and `/routes`: which stores there are, and with `?key=` which rule a key takes and why. */
export function createAdmin({ engine, health, lifecycle, log, metrics, drainReadiness }: AdminOptions): Server {
  const server = createServer({ log, lifecycle, metrics: metrics.http });
  serveProbes(server, { health, lifecycle, drainReadiness });
  serveMetrics(server, metrics.registry);
  server.get<{ Querystring: { key?: string; store?: string } }>('/routes', async (request, reply) => {
    const { key, store = engine.generation.redisStore } = request.query;
    const built = engine.generation.stores.get(store);
    if (built === undefined)
      return reply.code(404).send({ code: 'ERR_NOT_FOUND', message: `no store is named ${store}` });
    if (key === undefined) return { redisStore: engine.generation.redisStore, stores: describeStores(engine) };
    return { key, store, why: explain(built, keyOfText(key)), raw: engine.route(keyOfText(key)).raw !== undefined };
  });
  return server;
}

function describeStores(engine: LiveEngine) {
  return [...engine.generation.stores].map(([name, { store, raw }]) => ({
    name,
    kind: store.info.kind,
    capabilities: [...store.info.capabilities],
    policies: (engine.generation.file.stores[name]?.policies ?? []).flatMap((policy) => Object.keys(policy)),
    rawRedis: raw !== undefined,
  }));
}
