import { listen } from '@podkit/chassis/http';
import { runService } from '@podkit/chassis/service';
import { createAdmin } from './admin/admin.ts';
import { readConfigFile } from './config/read-file.ts';
import { schema } from './config.ts';
import { createDaprDoor, listenOnSocket } from './dapr/door.ts';
import { openDriver } from './drivers/open-driver.ts';
import { buildGeneration } from './engine/generation.ts';
import { LiveEngine } from './engine/live-engine.ts';
import { watchStores } from './health.ts';
import { compose } from './policies/compose.ts';
import { defaultLimits } from './resp/codec/request-limits.ts';
import { startRespDoor } from './resp/door/door.ts';

const version = '0.1.0';

await runService(
  {
    name: 'ambassador',
    version,
    summary: 'one local door to memory, Redis and PostgreSQL: the Dapr state API and the Redis protocol.',
    prefix: 'AMBASSADOR_',
    schema,
    positionals: true,
    start: async ({ config, log, lifecycle, health, metrics, stop }) => {
      const engine = new LiveEngine(buildGeneration(readConfigFile(config.config), { openDriver, compose }));
      lifecycle.atClose('stores', async () => {
        await Promise.all([...engine.generation.stores.values()].map(({ store }) => store.close()));
      });
      watchStores(engine, health);
      const ready = async () => {
        const { ok, checks } = await health.run('readyz');
        return { ok, failing: checks.filter((check) => !check.ok).map((check) => check.name) };
      };
      const { appId, apiToken, maxBody } = config;
      const door = {
        engine,
        log,
        lifecycle,
        metrics: metrics.http,
        appId,
        version,
        apiToken,
        maxBody,
        ready,
        shutdown: stop,
      };
      const dapr = createDaprDoor(door);
      lifecycle.atClose('dapr', () => dapr.close());
      await listen(dapr, { host: config.host, port: config.port, setting: 'PORT' });
      const admin = createAdmin({ engine, health, lifecycle, log, metrics, drainReadiness: config.drainReadiness });
      lifecycle.atClose('admin', () => admin.close());
      await listen(admin, { host: config.adminHost, port: config.adminPort, setting: 'ADMIN_PORT' });
      if (config.socket !== undefined) {
        const onSocket = createDaprDoor(door);
        lifecycle.atClose('dapr socket', () => onSocket.close());
        await listenOnSocket(onSocket, config.socket);
      }
      await startRespDoor({
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
    },
  },
  process,
);
