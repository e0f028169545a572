import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@podkit/chassis/testing/servers';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { follow, type Server } from './postgres-follower.ts';
import { query } from './postgres-query.ts';
import { redisCli, startCluster, startSentinel } from './redis-topologies.ts';

/** Servers of which one takes over from another. */
export type Topology = {
  name: string;
  /** How the ambassador's configuration names it; the second waits for a replica. */
  store: string;
  strongStore: string;
  /** Whether its clients can wait for replicas. */
  waits: boolean;
  /** Whether it promises to keep what it acknowledged to clients that do not wait. */
  keepsAll: boolean;
  /** Kill a server that takes writes; a PostgreSQL has nobody who promotes the other, so that is done here. */
  failOver(): Promise<void>;
  /** Bring back what was killed, as a replica. */
  repair(): Promise<void>;
  stop(): Promise<void>;
};

const times = 'connectTimeout: 500ms, commandTimeout: 2s';

export async function sentinelTopology(): Promise<Topology> {
  const sentinel = await startSentinel();
  const store = `driver: redis, ${times}, sentinel: {name: main, nodes: ['127.0.0.1:${sentinel.port}']}`;
  return {
    name: 'Sentinel',
    store,
    strongStore: `${store}, waitReplicas: 1`,
    waits: true,
    keepsAll: false,
    failOver: sentinel.killMaster,
    repair: sentinel.restoreReplica,
    stop: sentinel.stop,
  };
}

export async function clusterTopology(): Promise<Topology> {
  const cluster = await startCluster({ replicas: 1 });
  let killed = -1;
  const store = `driver: redis, ${times}, cluster: {nodes: [${cluster.addresses.map((address) => `'${address}'`).join()}]}`;
  return {
    name: 'Cluster',
    store,
    strongStore: `${store}, waitReplicas: 1`,
    waits: true,
    keepsAll: false,
    failOver: async () => {
      killed = cluster.nodes.findIndex(({ port }) => redisCli(port, 'ROLE').startsWith('master'));
      await cluster.nodes[killed]?.stop('SIGKILL');
    },
    repair: async () => {
      await cluster.restart(killed);
      for (const { port } of cluster.nodes)
        await waitFor('the cluster to be whole', () => {
          const nodes = redisCli(port, 'CLUSTER', 'NODES');
          const role = redisCli(port, 'ROLE');
          return (
            !nodes.includes('fail') &&
            (role.startsWith('master') ? role.split('\n').length > 3 : role.includes('connected'))
          );
        });
    },
    stop: cluster.stop,
  };
}

/** A PostgreSQL that acknowledges what its streaming replica has, and that replica, promoted when the other is dead. */
export async function postgresTopology(): Promise<Topology> {
  let primary: Server = await startPostgres();
  const folders: string[] = [];
  const startStandby = async (port?: number): Promise<Server> => {
    const folder = mkdtempSync(join(tmpdir(), 'podkit-standby-'));
    folders.push(folder);
    const server = await follow(primary, folder, port);
    await query(primary.url, "ALTER SYSTEM SET synchronous_standby_names = '*'");
    await query(primary.url, 'SELECT pg_reload_conf()');
    await waitFor('the replica to be synchronous', async () => {
      const [row] = await query(primary.url, 'SELECT sync_state FROM pg_stat_replication');
      return row?.['sync_state'] === 'sync';
    });
    return server;
  };
  let standby = await startStandby();
  const ports = [primary.port, standby.port];
  const store = `driver: postgresql, ${times}, url: 'postgres://postgres@${ports.map((port) => `127.0.0.1:${port}`).join()}/postgres'`;
  let dead: Server | undefined;
  return {
    name: 'PostgreSQL, synchronous replica',
    store,
    strongStore: store,
    waits: false,
    keepsAll: true,
    failOver: async () => {
      await primary.stop('SIGKILL');
      dead = primary;
      await query(standby.url, 'SELECT pg_promote()');
      primary = standby;
    },
    repair: async () => {
      standby = await startStandby(dead?.port);
    },
    stop: async () => {
      await Promise.all([standby.stop('SIGKILL'), primary.stop('SIGKILL')]);
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    },
  };
}
