import type { Server } from '@podkit/chassis/http/server';
import type { Engine } from '../../routing/engine.ts';
import type { Capability, Store } from '../../store/store.ts';
import { DaprError } from './errors.ts';
import { sidecarSchemas } from './sidecar-schemas.ts';

const config = { quiet: true };

/** Bounds the metadata that callers add, which is kept in memory. */
const maxExtras = 100;

const daprNames: Record<Capability, string[]> = {
  etag: ['ETAG'],
  transactions: ['TRANSACTIONAL', 'ACTOR'],
  ttl: ['TTL'],
  query: ['QUERY_API'],
  linearizable: [],
  durable: [],
};

export type SidecarOptions = {
  engine: Engine;
  appId: string;
  version: string;
  /** Whether every store answers. */
  ready: () => Promise<{ ok: boolean; failing: string[] }>;
  shutdown: (reason: string) => void;
};

/** Metadata, health and shutdown: https://docs.dapr.io/reference/api/metadata_api/ and health_api/ */
export function sidecarRoutes(server: Server, options: SidecarOptions): void {
  const { engine, appId, version, ready, shutdown } = options;
  const extended = new Map<string, string>([['daprRuntimeVersion', version]]);

  server.get('/v1.0/metadata', { schema: sidecarSchemas.metadata, config }, async () => ({
    id: appId,
    runtimeVersion: version,
    components: engine.storeNames().map((name) => component(name, engine.store(name))),
    extended: Object.fromEntries(extended),
    appConnectionProperties: {},
    actorRuntime: { runtimeStatus: 'DISABLED', hostReady: false },
  }));
  server.put<{ Params: { key: string } }>(
    '/v1.0/metadata/:key',
    { schema: sidecarSchemas.addMetadata },
    async (request, reply) => {
      const { key } = request.params;
      if (!extended.has(key) && extended.size >= maxExtras)
        throw new DaprError(400, 'ERR_MALFORMED_REQUEST', `more than ${maxExtras} metadata keys`);
      extended.set(key, Buffer.isBuffer(request.body) ? request.body.toString().slice(0, 4096) : '');
      return reply.code(204).send();
    },
  );
  server.get<{ Querystring: { appid?: string } }>(
    '/v1.0/healthz',
    { schema: sidecarSchemas.healthz, config },
    async (request, reply) => {
      const { appid } = request.query;
      if (appid !== undefined && appid !== appId)
        throw new DaprError(500, 'ERR_HEALTH_APPID_NOT_MATCH', 'dapr app-id does not match');
      const { ok, failing } = await ready();
      if (!ok) throw new DaprError(500, 'ERR_HEALTH_NOT_READY', `dapr is not ready: [${failing.join(' ')}]`);
      return reply.code(204).send();
    },
  );
  server.get('/v1.0/healthz/outbound', { schema: sidecarSchemas.outbound, config }, async (_request, reply) => {
    const { ok } = await ready();
    if (!ok) throw new DaprError(500, 'ERR_OUTBOUND_HEALTH_NOT_READY', 'dapr outbound is not ready');
    return reply.code(204).send();
  });
  server.post('/v1.0/shutdown', { schema: sidecarSchemas.shutdown }, async (_request, reply) => {
    reply.raw.once('close', () => shutdown('POST /v1.0/shutdown'));
    return reply.code(204).send();
  });
}

function component(name: string, store: Store | undefined) {
  const capabilities = [...(store?.info.capabilities ?? [])].flatMap((capability) => daprNames[capability]);
  return { name, type: `state.${store?.info.kind ?? 'unknown'}`, version: 'v1', capabilities };
}
