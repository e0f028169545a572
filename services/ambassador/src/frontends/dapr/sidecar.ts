import { emptyResponse, jsonResponse } from '@podkit/chassis/http/openapi';
import type { Server } from '@podkit/chassis/http/server';
import * as Type from 'typebox';
import type { Engine } from '../../routing/engine.ts';
import type { Capability, Store } from '../../store/store.ts';
import { DaprError, malformed } from './errors.ts';
import { closed, errors, metadata, optional, secured, text } from './schema-parts.ts';

const config = { quiet: true };

/** Maximum number and length of the metadata that callers add, since it is kept in memory. */
const maxExtras = 100;
const maxLength = 4096;

const daprNames: Record<Capability, string[]> = {
  etag: ['ETAG'],
  transactions: ['TRANSACTIONAL', 'ACTOR'],
  ttl: ['TTL'],
  query: ['QUERY_API'],
};

export type SidecarOptions = {
  engine: Engine;
  appId: string;
  version: string;
  /** Whether every store answers. */
  ready: () => Promise<{ ok: boolean; failing: string[] }>;
  shutdown: (reason: string) => void;
};

const componentSchema = Type.Object(
  {
    name: text,
    type: Type.Enum(['state.in-memory', 'state.redis', 'state.postgresql', 'state.route']),
    version: Type.Literal('v1'),
    capabilities: Type.Array(text),
  },
  closed,
);

const healthResponses = {
  summary: 'Whether every required store answers',
  response: { 204: emptyResponse('Every required store answers.'), ...errors(500) },
};

const schemas = {
  metadata: {
    summary: 'Stores and capabilities',
    ...secured({
      200: jsonResponse(
        'The metadata.',
        Type.Object({ id: text, runtimeVersion: text, components: Type.Array(componentSchema), extended: metadata }),
      ),
    }),
  },
  addMetadata: {
    summary: 'Add a value to the metadata',
    params: Type.Object({ key: text }),
    ...secured({ 204: emptyResponse('Added.') }, 400),
  },
  healthz: {
    ...healthResponses,
    querystring: Type.Object({ appid: optional(Type.String({ description: 'Must be the id of this application.' })) }),
  },
  outbound: healthResponses,
  shutdown: { summary: 'Stop as on SIGTERM', ...secured({ 204: emptyResponse('Stopping.') }) },
};

/** Metadata, health and shutdown: https://docs.dapr.io/reference/api/metadata_api/ and health_api/ */
export function sidecarRoutes(server: Server, options: SidecarOptions): void {
  const { engine, appId, version, ready, shutdown } = options;
  const extended = new Map<string, string>([['daprRuntimeVersion', version]]);

  server.get('/v1.0/metadata', { schema: schemas.metadata, config }, async () => ({
    id: appId,
    runtimeVersion: version,
    components: engine.storeNames().map((name) => component(name, engine.store(name))),
    extended: Object.fromEntries(extended),
    appConnectionProperties: {},
    actorRuntime: { runtimeStatus: 'DISABLED', hostReady: false },
  }));
  server.put<{ Params: { key: string } }>(
    '/v1.0/metadata/:key',
    { schema: schemas.addMetadata },
    async (request, reply) => {
      const { key } = request.params;
      if (key.length > maxLength) throw malformed(`a metadata key of more than ${maxLength} characters`);
      if (!extended.has(key) && extended.size >= maxExtras) throw malformed(`more than ${maxExtras} metadata keys`);
      extended.set(key, Buffer.isBuffer(request.body) ? request.body.toString().slice(0, maxLength) : '');
      return reply.code(204).send();
    },
  );
  server.get<{ Querystring: { appid?: string } }>(
    '/v1.0/healthz',
    { schema: schemas.healthz, config },
    async (request, reply) => {
      const { appid } = request.query;
      if (appid !== undefined && appid !== appId)
        throw new DaprError(500, 'ERR_HEALTH_APPID_NOT_MATCH', 'dapr app-id does not match');
      const { ok, failing } = await ready();
      if (!ok) throw new DaprError(500, 'ERR_HEALTH_NOT_READY', `dapr is not ready: [${failing.join(' ')}]`);
      return reply.code(204).send();
    },
  );
  server.get('/v1.0/healthz/outbound', { schema: schemas.outbound, config }, async (_request, reply) => {
    const { ok } = await ready();
    if (!ok) throw new DaprError(500, 'ERR_OUTBOUND_HEALTH_NOT_READY', 'dapr outbound is not ready');
    return reply.code(204).send();
  });
  server.post('/v1.0/shutdown', { schema: schemas.shutdown }, async (_request, reply) => {
    reply.raw.once('close', () => shutdown('POST /v1.0/shutdown'));
    return reply.code(204).send();
  });
}

function component(name: string, store: Store | undefined) {
  const capabilities = [...(store?.info.capabilities ?? [])].flatMap((capability) => daprNames[capability]);
  return { name, type: `state.${store?.info.kind ?? 'unknown'}`, version: 'v1', capabilities };
}
