import { watchFiles } from '@podkit/chassis/files/watch-files';
import { listen } from '@podkit/chassis/http/server';
import { runService } from '@podkit/chassis/process/service';
import pkg from '../package.json' with { type: 'json' };
import { createAdmin } from './admin/admin.ts';
import { readConfigFile } from './config/read-file.ts';
import { schema } from './config.ts';
import { createDaprDoor, listenOnSocket } from './dapr/door.ts';
import { openDriver } from './drivers/open-driver.ts';
import { buildGeneration, type Makers } from './engine/generation.ts';
import { LiveEngine } from './engine/live-engine.ts';
import { watchStores } from './health.ts';
import { jobOf } from './jobs.ts';
import { composeWith } from './policies/compose.ts';
import { StoreMetrics } from './policies/store-metrics.ts';
import { Leases } from './policies/write-behind/leases.ts';
import { reload } from './reload.ts';
import { defaultLimits } from './resp/codec/request-limits.ts';
import { startRespDoor } from './resp/door/door.ts';
import { TrackingConnection } from './resp/upstream/tracking-connection.ts';

const { version } = pkg;

await runService(
  {
    name: 'ambassador',
    version,
    summary: 'one local door to memory, Redis and PostgreSQL: the Dapr state API and the Redis protocol.',
    prefix: 'AMBASSADOR_',
    schema,
    positionals: true,
    start: async (context) => {
      const { config, positionals, log, lifecycle, health, metrics } = context;
      const job = jobOf(positionals);
      const warn = (message: string) => log.warn(message);
      const makers: Makers = {
        openDriver: (name, spec) => openDriver(name, spec, warn),
        compose: composeWith({
          appId: config.appId,
          namespace: config.podNamespace,
          metrics: new StoreMetrics(metrics.registry),
          warn,
          track: (target) => (events) => new TrackingConnection(target, events),
          leases: new Leases(),
        }),
      };
      const file = readConfigFile(config.config);
      const engine = new LiveEngine(buildGeneration(file, makers));
      if (job !== undefined) {
        await job({ file, engine, log, waitTimeout: config.waitTimeout });
        process.exit(0);
      }
      lifecycle.atClose('stores', async () => {
        await Promise.all([...engine.generation.stores.values()].map(({ store }) => store.close()));
      });
      watchStores(engine, health, metrics.registry);
      const again = () => reload({ engine, path: config.config, makers, log });
      process.on('SIGHUP', again);
      if (config.config !== undefined) lifecycle.atClose('watch', watchFiles([config.config], again));

      const ready = async () => {
        const { ok, checks } = await health.run('readyz');
        return { ok, failing: checks.filter((check) => !check.ok && check.required).map((check) => check.name) };
      };
      const { appId, apiToken, maxBody, host } = config;
      const common = { engine, log, lifecycle, health, drainReadiness: config.drainReadiness };
      const door = {
        ...common,
        metrics: metrics.http,
        appId,
        version,
        apiToken,
        maxBody,
        ready,
        shutdown: (reason: string) => context.stop(reason),
      };
      const dapr = createDaprDoor(door);
      lifecycle.atClose('dapr', () => dapr.close());
      await listen(dapr, { host, port: config.port, setting: 'PORT' });
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
        host,
        port: config.redisPort,
        ...(config.redisSocket === undefined ? {} : { socketPath: config.redisSocket }),
        credentials: { username: config.redisUsername, password: () => config.redisPassword },
        maxClients: config.redisMaxClients,
        limits: { ...defaultLimits, maxBulk: config.redisMaxValue, maxRequest: 2 * config.redisMaxValue },
      });
      const admin = createAdmin({ ...common, metrics });
      lifecycle.atClose('admin', () => admin.close());
      await listen(admin, { host: config.adminHost, port: config.adminPort, setting: 'ADMIN_PORT' });
    },
  },
  process,
);
