import type { Health } from '@podkit/chassis/http/health';
import type { Metrics } from '@podkit/chassis/http/metrics';
import { ApiDocument, errorResponse, jsonResponse } from '@podkit/chassis/http/openapi';
import { serveMetrics, serveProbes } from '@podkit/chassis/http/probes';
import { createServer, type Server } from '@podkit/chassis/http/server';
import { swaggerUi } from '@podkit/chassis/http/swagger-ui';
import type { Logger } from '@podkit/chassis/log/logger';
import type { Lifecycle } from '@podkit/chassis/process/lifecycle';
import * as Type from 'typebox';
import pkg from '../../package.json' with { type: 'json' };
import type { ConfiguredStores } from '../assembly/generation.ts';
import { type Engine, explain } from '../routing/engine.ts';
import { textToKey } from '../store/key.ts';

export type AdminOptions = {
  engine: Engine<ConfiguredStores>;
  health: Health;
  lifecycle: Lifecycle;
  log: Logger;
  metrics: Metrics;
  drainReadiness: 'keep' | 'fail';
  /** The document of the Dapr API, where Swagger UI is to show it. */
  daprDocument: ApiDocument | undefined;
};

const routesSchema = {
  summary: 'The stores; with `key`, which rule that key takes and why',
  querystring: Type.Object({
    key: Type.Optional(Type.String()),
    store: Type.Optional(Type.String({ description: 'Store of the key; else the one of the Redis protocol.' })),
  }),
  response: { 200: jsonResponse('The stores or the route.'), 404: errorResponse('No store has that name.') },
};

/** Probes, metrics, and `/routes`: which stores there are, and with `?key=` which rule a key takes and why. */
export async function createAdmin(options: AdminOptions): Promise<Server> {
  const { engine, health, lifecycle, log, metrics, drainReadiness, daprDocument } = options;
  const api = new ApiDocument({ title: 'ambassador, admin port', version: pkg.version });
  const server = createServer({ log, lifecycle, metrics: metrics.http, api });
  void server.register(async (scope) => {
    serveProbes(scope, { health, lifecycle, drainReadiness });
    serveMetrics(scope, metrics.registry);
    serveRoutes(scope, engine);
  });
  if (daprDocument !== undefined) void server.register(await swaggerUi([api, daprDocument]));
  return server;
}

function serveRoutes(server: Server, engine: Engine<ConfiguredStores>): void {
  server.get('/routes', { schema: routesSchema }, async (request, reply) => {
    const { key, store = engine.generation.redisStore } = request.query;
    const built = engine.generation.stores.get(store);
    if (built === undefined)
      return reply.code(404).send({ code: 'ERR_NOT_FOUND', message: `no store is named ${store}` });
    if (key === undefined) return { redisStore: engine.generation.redisStore, stores: describeStores(engine) };
    return { key, store, why: explain(built, textToKey(key)), raw: engine.route(textToKey(key)).raw !== undefined };
  });
}

function describeStores(engine: Engine<ConfiguredStores>) {
  return [...engine.generation.stores].map(([name, { store, raw }]) => ({
    name,
    kind: store.info.kind,
    capabilities: [...store.info.capabilities],
    policies: (engine.generation.file.stores[name]?.policies ?? []).flatMap((policy) => Object.keys(policy)),
    rawRedis: raw !== undefined,
  }));
}
