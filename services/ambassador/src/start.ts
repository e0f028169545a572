import { reportGood } from '@podkit/chassis/process/report-good';
import type { Context, Host } from '@podkit/chassis/process/service';
import { buildGeneration, type Makers } from './assembly/generation.ts';
import { loadBackends } from './assembly/load-backends.ts';
import type { FileConfig } from './config/file-schema.ts';
import { readConfigFile } from './config/read-file.ts';
import type { Config } from './config.ts';
import { TrackingConnection } from './frontends/redis/upstream/tracking-connection.ts';
import { selectJob } from './jobs/jobs.ts';
import { composeWith } from './policies/compose.ts';
import { StoreMetrics } from './policies/store-metrics.ts';
import { Engine } from './routing/engine.ts';
import type { TrackChanges } from './store/changes.ts';
import { KeyedMutex } from './store/keyed-mutex.ts';
import type { RedisTarget } from './store/raw-route.ts';

/** Check the file, run the job that the command line names, or serve the stores. Only what that needs is loaded. */
export async function startAmbassador(context: Context<Config>, host: Host): Promise<void> {
  const { config, positionals, log } = context;
  const job = selectJob(positionals);
  const file = readConfigFile(config.config);
  if (config.checkConfig) return reportGood(host, config.config ?? 'built-in configuration');
  const makersFor = createMakers(context);
  const engine = new Engine(buildGeneration(file, await makersFor(file)));
  if (job !== undefined) {
    await job({ file, engine, log, waitTimeout: config.waitTimeout });
    return host.exit(0);
  }
  const { serve } = await import('./serve.ts');
  await serve(context, { engine, makersFor }, host);
}

const trackRedis =
  (target: RedisTarget): TrackChanges =>
  (events) =>
    new TrackingConnection(target, events);

function createMakers({ config, log, metrics }: Context<Config>): (file: FileConfig) => Promise<Makers> {
  const warn = (message: string) => log.warn(message);
  const compose = composeWith({
    appId: config.appId,
    namespace: config.podNamespace,
    metrics: new StoreMetrics(metrics.registry),
    warn,
    journals: new KeyedMutex(),
  });
  return async (file) => ({ openBackend: await loadBackends(file, { warn, track: trackRedis }), compose });
}
