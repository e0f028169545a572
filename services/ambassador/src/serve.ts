import type { ApiDocument } from '@podkit/chassis/http/openapi';
import { listen } from '@podkit/chassis/http/server';
import { Reloader } from '@podkit/chassis/process/reload';
import type { Context, Host } from '@podkit/chassis/process/service';
import pkg from '../package.json' with { type: 'json' };
import { createAdmin } from './admin/admin.ts';
import { type ConfiguredStores, type Makers, replaceStores } from './assembly/generation.ts';
import { watchStores } from './assembly/health.ts';
import type { FileConfig } from './config/file-schema.ts';
import type { Config } from './config.ts';
import { createDaprApi, describeDaprApi } from './frontends/dapr/dapr-api.ts';
import { startRedisEndpoint } from './frontends/redis/listener.ts';
import { defaultLimits } from './frontends/redis/protocol/request-limits.ts';
import { onUnixSocket } from './frontends/unix-socket.ts';
import type { Engine } from './routing/engine.ts';

/** The stores that are in use, and what builds those of a changed file. */
export type Assembly = { engine: Engine<ConfiguredStores>; makersFor: (file: FileConfig) => Promise<Makers> };

/** Serve the stores by both protocols until the service stops. */
export async function serve(context: Context<Config>, assembly: Assembly, host: Host): Promise<void> {
  const { engine } = assembly;
  keepStores(context, assembly, host);
  const daprDocument = describeDaprApi(pkg.version);
  await serveDapr(context, engine, daprDocument);
  await serveRedis(context, engine);
  await serveAdmin(context, engine, daprDocument);
}

/** Close the stores at the end, check them for readiness, and replace them when their file changes. */
function keepStores(context: Context<Config>, { engine, makersFor }: Assembly, host: Host): void {
  const { config, log, lifecycle, health, metrics } = context;
  lifecycle.atClose('stores', async () => {
    await Promise.all([...engine.generation.stores.values()].map(({ store }) => store.close()));
  });
  watchStores(engine, health, metrics.registry);
  const reloader = new Reloader({
    reload: () => replaceStores({ engine, path: config.config, makersFor, log }),
    paths: config.config === undefined ? [] : [config.config],
    log,
    registry: metrics.registry,
    host,
  });
  reloader.start();
  lifecycle.atClose('reload', () => reloader.stop());
}

async function serveDapr(
  context: Context<Config>,
  engine: Engine<ConfiguredStores>,
  document: ApiDocument,
): Promise<void> {
  const { config, log, lifecycle, health, metrics } = context;
  const { appId, apiToken, maxBody, queryMaxPage, host } = config;
  const options = {
    engine,
    log,
    lifecycle,
    metrics: metrics.http,
    appId,
    version: pkg.version,
    apiToken,
    maxBody,
    queryMaxPage,
    ready: async () => {
      const { ok, checks } = await health.run('readyz');
      return { ok, failing: checks.filter((check) => !check.ok && check.required).map((check) => check.name) };
    },
    shutdown: (reason: string) => context.stop(reason),
  };
  const dapr = createDaprApi(options, document);
  lifecycle.atClose('dapr', () => dapr.close());
  await listen(dapr, { host, port: config.port, setting: 'PORT' });
  const { socket: path } = config;
  if (path !== undefined) {
    const onSocket = createDaprApi(options);
    lifecycle.atClose('dapr socket', () => onSocket.close());
    await onUnixSocket(path, () => onSocket.listen({ path }));
  }
}

async function serveRedis(
  { config, log, lifecycle, metrics }: Context<Config>,
  engine: Engine<ConfiguredStores>,
): Promise<void> {
  await startRedisEndpoint({
    engine,
    log,
    lifecycle,
    registry: metrics.registry,
    host: config.host,
    port: config.redisPort,
    ...(config.redisSocket === undefined ? {} : { socketPath: config.redisSocket }),
    credentials: { username: config.redisUsername, password: () => config.redisPassword },
    maxClients: config.redisMaxClients,
    limits: { ...defaultLimits, maxBulk: config.redisMaxValue, maxRequest: 2 * config.redisMaxValue },
  });
}

async function serveAdmin(
  { config, log, lifecycle, health, metrics }: Context<Config>,
  engine: Engine<ConfiguredStores>,
  daprDocument: ApiDocument,
): Promise<void> {
  const { drainReadiness, swaggerUi } = config;
  const options = { engine, log, lifecycle, health, drainReadiness, metrics };
  const admin = await createAdmin({ ...options, daprDocument: swaggerUi ? daprDocument : undefined });
  lifecycle.atClose('admin', () => admin.close());
  await listen(admin, { host: config.adminHost, port: config.adminPort, setting: 'ADMIN_PORT' });
}
