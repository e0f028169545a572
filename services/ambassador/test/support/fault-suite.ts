import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deadline } from '@podkit/chassis/testing/deadline';
import { freePort } from '@podkit/chassis/testing/free-port';
import { startPostgres, startRedis, type TestServer } from '@podkit/chassis/testing/servers';
import { type SpawnedService, spawnService } from '@podkit/chassis/testing/spawn-service';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { type Disk, makeDisk } from './disk.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

export type Part = 'redis' | 'postgres' | 'ambassador';

/** An ambassador as a process of its own, before a Redis and a PostgreSQL that keep what they acknowledge. */
export type FaultSuite = {
  /** Ports of the ambassador's endpoints, and of the Redis past them. */
  ports: { dapr: number; redisEndpoint: number; admin: number; redis: number };
  /** The networks between the ambassador and its backends. */
  networks: Record<'redis' | 'postgres', TcpProxy>;
  /** Where the journal is. */
  disk: Disk;
  kill(part: Part): Promise<void>;
  /** Resolves when a backend answers; for the ambassador, as soon as its process is there. */
  start(part: Part): Promise<void>;
  /** Writes that are acknowledged and not yet sent on. */
  waiting(): Promise<number>;
  /** Resolves when the queue refuses a write for this reason. */
  refusedBecause(reason: string): Promise<void>;
  stop(): Promise<void>;
};

const main = join(import.meta.dirname, '../../src/main.ts');

const formatConfig = (redis: number, postgres: number, journal: string): string => {
  const times = `connectTimeout: ${deadline(500)}ms, commandTimeout: ${deadline(500)}ms`;
  const redisStore = `driver: redis, url: 'redis://127.0.0.1:${redis}', ${times}`;
  const postgresStore = `driver: postgresql, url: 'postgres://postgres@127.0.0.1:${postgres}/postgres', ${times}`;
  return `
redisStore: main
stores:
  main: {driver: route, rules: [{prefix: 'near:', store: near}, {store: redis}]}
  redis: {${redisStore}}
  near: {${redisStore}, policies: [near: {}]}
  postgres: {${postgresStore}, policies: [retry: {}]}
  nearPostgres: {${postgresStore}, tablePrefix: near_, policies: [near: {}]}
  queue: {${postgresStore}, tablePrefix: queue_, policies: [writeBehind: {journal: '${journal}'}]}
`;
};

export async function startFaultSuite(folder: string): Promise<FaultSuite> {
  const dapr = await freePort();
  const redisEndpoint = await freePort();
  const admin = await freePort();
  const kept = join(folder, 'redis');
  mkdirSync(kept);
  const appending = ['--appendonly', 'yes', '--appendfsync', 'always', '--dir', kept];
  let redis: TestServer = await startRedis({ args: appending });
  let postgres = await startPostgres();
  const networks = { redis: await startTcpProxy(redis.port), postgres: await startTcpProxy(postgres.port) };
  let service: SpawnedService | undefined;
  const disk = makeDisk(folder, () => service?.child.pid);
  const config = join(folder, 'ambassador.yaml');
  writeFileSync(config, formatConfig(networks.redis.port, networks.postgres.port, disk.path));
  const env = {
    PORT: String(dapr),
    REDIS_PORT: String(redisEndpoint),
    ADMIN_PORT: String(admin),
    AMBASSADOR_CONFIG: config,
    LOG_LEVEL: 'error',
    DRAIN_DELAY: '0',
  };
  const starts: Record<Part, () => Promise<void>> = {
    redis: async () => void (redis = await startRedis({ port: redis.port, args: appending })),
    postgres: async () => void (postgres = await startPostgres({ port: postgres.port, data: postgres.data })),
    ambassador: async () => void (service = spawnService(main, { env })),
  };
  const kills: Record<Part, () => Promise<unknown>> = {
    redis: () => redis.stop('SIGKILL'),
    postgres: () => postgres.stop('SIGKILL'),
    ambassador: async () => service?.stop('SIGKILL'),
  };
  return {
    ports: { dapr, redisEndpoint, admin, redis: redis.port },
    networks,
    disk,
    kill: async (part) => void (await kills[part]()),
    start: (part) => starts[part](),
    waiting: async () => {
      const text = await (await fetch(`http://127.0.0.1:${admin}/metrics`)).text();
      return Number(/write_behind_entries\{store="queue"\} (\d+)/.exec(text)?.[1] ?? Number.NaN);
    },
    refusedBecause: async (reason) => {
      const body = JSON.stringify([{ key: 'probe', value: 'x'.repeat(1000) }]);
      await waitFor(`a refusal: ${reason}`, async () => {
        const response = await fetch(`http://127.0.0.1:${dapr}/v1.0/state/queue`, { method: 'POST', body });
        return (await response.text()).includes(reason);
      });
    },
    stop: async () => {
      await service?.stop('SIGKILL');
      await Promise.all([networks.redis.close(), networks.postgres.close()]);
      await Promise.all([redis.stop(), postgres.stop()]);
      disk.remove();
      spawnSync('rm', ['-rf', postgres.data]);
    },
  };
}
