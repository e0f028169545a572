import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endWithParent } from '@podkit/chassis/process/end-with-parent';
import { freePort } from '@podkit/chassis/testing/free-port';
import { startRedis, type TestServer } from '@podkit/chassis/testing/servers';
import { waitFor } from '@podkit/chassis/testing/wait-for';

/** What redis-cli prints. */
export function redisCli(port: number, ...words: string[]): string {
  const { status, stdout, stderr } = spawnSync('redis-cli', ['-p', String(port), ...words], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`redis-cli ${words.join(' ')}: ${stderr}${stdout}`);
  return stdout.trim();
}

/** A write passes to the replica, and the master counts it for WAIT: neither follows from the replica's word that its link is up. */
async function replicaIsOnline(masterPort: number, replicaPort: number): Promise<void> {
  redisCli(masterPort, 'SET', 'replicated', 'yes');
  await waitFor('a write to reach the replica', () => redisCli(replicaPort, 'GET', 'replicated') === 'yes');
  const isOnline = () => redisCli(masterPort, 'INFO', 'replication').includes('state=online');
  await waitFor('the master to count its replica', isOnline);
  redisCli(masterPort, 'DEL', 'replicated');
}

/** A master, a replica, and a Sentinel that makes the replica the master when the master is gone for a second and a half: sooner, and a slow machine has a failover without a reason. */
export async function startSentinel() {
  const folder = mkdtempSync(join(tmpdir(), 'podkit-sentinel-'));
  const master = await startRedis({ args: ['--repl-diskless-sync-delay', '0'] });
  // What it gets from its master it keeps in a file.
  const replica = await startRedis({ args: ['--replicaof', '127.0.0.1', String(master.port), '--dir', folder] });
  await replicaIsOnline(master.port, replica.port);
  const port = await freePort();
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `sentinel monitor main 127.0.0.1 ${master.port} 1`,
    `sentinel known-replica main 127.0.0.1 ${replica.port}`,
    'sentinel down-after-milliseconds main 1500',
    'sentinel failover-timeout main 3000',
  ];
  const config = join(folder, 'sentinel.conf');
  writeFileSync(config, `${lines.join('\n')}\n`);
  const program = endWithParent('redis-server', [config, '--sentinel'], process.env.PATH ?? '');
  const child = spawn(program.command, program.args, { stdio: 'ignore' });
  await waitFor('the Sentinel to know the replica', () =>
    redisCli(port, 'SENTINEL', 'replicas', 'main').includes('master-link-status\nok'),
  );
  let current = master;
  let other = replica;
  return {
    port,
    master,
    replica,
    killMaster: async () => {
      await current.stop('SIGKILL');
      [current, other] = [other, current];
    },
    /** The server that was killed follows the other one, and the Sentinel knows. */
    restoreReplica: async () => {
      await waitFor('the promotion', () => redisCli(current.port, 'ROLE').startsWith('master'));
      const args = ['--replicaof', '127.0.0.1', String(current.port), '--repl-diskless-sync-delay', '0'];
      other = await startRedis({ port: other.port, args });
      await replicaIsOnline(current.port, other.port);
      await waitFor('the Sentinel to know the replica', () =>
        redisCli(port, 'SENTINEL', 'replicas', 'main').includes('master-link-status\nok'),
      );
    },
    stop: async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
      await Promise.all([current.stop('SIGKILL'), other.stop('SIGKILL')]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A Redis Cluster of three masters, each with so many replicas, made by redis-cli. */
export async function startCluster({ replicas = 0 }: { replicas?: number } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'podkit-cluster-'));
  const start = async (index: number, port?: number): Promise<TestServer> => {
    // The usual bus port, 10,000 more, may not be a port at all.
    const bus = String(await freePort());
    const timeout = [
      '--cluster-node-timeout',
      '1000',
      '--appendonly',
      'yes',
      '--appendfsync',
      'always',
      '--repl-diskless-sync-delay',
      '0',
    ];
    const files = ['--dir', folder, '--cluster-config-file', `node-${index}.conf`, '--appenddirname', `aof-${index}`];
    const args = ['--cluster-enabled', 'yes', '--cluster-port', bus, ...files, ...timeout];
    return startRedis({ args, ...(port === undefined ? {} : { port }) });
  };
  const nodes = await Promise.all(Array.from({ length: 3 * (1 + replicas) }, (_, index) => start(index)));
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
  const made = spawnSync(
    'redis-cli',
    ['--cluster', 'create', ...addresses, '--cluster-replicas', String(replicas), '--cluster-yes'],
    { encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(`the cluster cannot be made: ${made.stdout}${made.stderr}`);
  for (const { port } of nodes)
    await waitFor('the cluster', () => redisCli(port, 'CLUSTER', 'INFO').includes('cluster_state:ok'));
  return {
    nodes,
    addresses,
    restart: async (index: number) => void (nodes[index] = await start(index, nodes[index]?.port)),
    stop: async () => {
      await Promise.all(nodes.map((node) => node.stop('SIGKILL')));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
