import { deadline } from '@podkit/chassis/testing/deadline';
import { startPostgres, startRedis } from '@podkit/chassis/testing/servers';
import { Registry } from 'prom-client';
import { buildGeneration, type ConfiguredStores, type Makers } from '../../src/assembly/generation.ts';
import { loadBackends } from '../../src/assembly/load-backends.ts';
import { parseConfig } from '../../src/config/read-file.ts';
import { TrackingConnection } from '../../src/frontends/redis/upstream/tracking-connection.ts';
import { composeWith } from '../../src/policies/compose.ts';
import { StoreMetrics } from '../../src/policies/store-metrics.ts';
import type { Generation } from '../../src/routing/engine.ts';
import { KeyedMutex } from '../../src/store/keyed-mutex.ts';
import type { Store } from '../../src/store/store.ts';

const oneOfEach = `
stores:
  memory: {driver: memory}
  redis: {driver: redis, url: 'redis://127.0.0.1:1'}
  postgresql: {driver: postgresql, url: 'postgres://127.0.0.1:1/db'}
`;
const openBackend = await loadBackends(parseConfig(oneOfEach, 'test.yaml'), {
  warn: () => undefined,
  track: (target) => (events) => new TrackingConnection(target, events),
});

/** What main.ts gives to build stores, without a process around it. */
export const makers = (): Makers => ({
  openBackend,
  compose: composeWith({
    appId: 'orders',
    namespace: undefined,
    metrics: new StoreMetrics(new Registry()),
    warn: () => undefined,
    journals: new KeyedMutex(),
  }),
});

/** The stores of a YAML text. */
export const buildStores = (yaml: string): ConfiguredStores =>
  buildGeneration(parseConfig(yaml, 'test.yaml'), makers());

export function getStore({ stores }: Generation, name: string): Store {
  const built = stores.get(name);
  if (built === undefined) throw new Error(`no store is named ${name}`);
  return built.store;
}

export async function closeAll({ stores }: Generation): Promise<void> {
  await Promise.all([...stores.values()].map(({ store }) => store.close()));
}

/** A real Redis and a real PostgreSQL for a test file. */
export async function startBackends() {
  const [redis, postgres] = await Promise.all([startRedis(), startPostgres()]);
  return {
    redis,
    postgres,
    stop: async () => {
      await Promise.all([redis.stop(), postgres.stop()]);
    },
  };
}

/** A store of each kind that answers queries, `memory` and `postgresql`, on a real PostgreSQL. */
export async function startQueryStores() {
  const postgres = await startPostgres();
  const generation = buildStores(`
stores:
  memory: {driver: memory}
  postgresql: {driver: postgresql, url: '${postgres.url}', commandTimeout: ${deadline(5000)}ms}
`);
  return {
    generation,
    url: postgres.url,
    stop: async () => {
      await closeAll(generation);
      await postgres.stop();
    },
  };
}
