import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@podkit/chassis/testing/free-port';
import { startPostgres, startRedis } from '@podkit/chassis/testing/servers';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { stringify } from 'yaml';
import { startApp } from '../app/peers.ts';
import { Bench } from '../core/bench.ts';
import { childPids, cpuMicroseconds, type Running, residentMB, start } from '../core/process.ts';

/**
 * `npm run bench -- capacity [REQUESTS]`: what a request costs, and how many connections the stores get, with 1, 2, 4 and 8 Pods.
 * A Pod is here an app and its ambassador. All share one PostgreSQL and one Redis.
 */
const requests = Number(process.argv[2] ?? 10_000);
/** Requests at the same time, over all Pods. */
const clients = 16;

type Pod = { app: Running; ambassador: Running };
type Cost = { app: number; ambassador: number; postgres: number };

const folder = mkdtempSync(join(tmpdir(), 'podkit-capacity-'));
const bench = new Bench(folder);
const postgres = await startPostgres();
const redis = await startRedis();
const pods: Pod[] = [];
try {
  const config = join(folder, 'ambassador.yaml');
  const notes = { driver: 'postgresql', url: postgres.url };
  writeFileSync(
    config,
    stringify({ stores: { notes, cache: { driver: 'redis', url: redis.url } }, redisStore: 'cache' }),
  );
  console.log(
    '| Pods | a read: app, ambassador, PostgreSQL | a save: the same | connections of PostgreSQL, Redis | memory of a Pod |',
  );
  console.log('|---|---|---|---|---|');
  for (const count of [1, 2, 4, 8]) {
    while (pods.length < count) pods.push(await startPod(config));
    await send('PUT', clients * 50);
    const save = await send('PUT', requests / 4);
    const read = await send('GET', requests);
    const memory = pods.map(({ app, ambassador }) => residentMB(app.pid).all + residentMB(ambassador.pid).all);
    const mean = memory.reduce((sum, each) => sum + each, 0) / count;
    const connections = `${await postgresConnections()}, ${await redisConnections()}`;
    console.log(`| ${count} | ${print(read)} | ${print(save)} | ${connections} | ${Math.round(mean)} MB |`);
  }
} finally {
  await Promise.all(pods.flatMap(({ app, ambassador }) => [app.stop(), ambassador.stop()]));
  await Promise.all([postgres.stop(), redis.stop()]);
  rmSync(folder, { recursive: true, force: true });
}

async function startPod(config: string): Promise<Pod> {
  const port = await freePort();
  const adminPort = await freePort();
  const redisPort = await freePort();
  const common = { ADMIN_HOST: '127.0.0.1', NODE_ENV: 'production', DRAIN_DELAY: '0s' };
  const ambassador = await start(process.execPath, [await bench.bundle('ambassador')], {
    port: adminPort,
    path: '/readyz',
    env: {
      ...common,
      PORT: `${port}`,
      ADMIN_PORT: `${adminPort}`,
      REDIS_PORT: `${redisPort}`,
      AMBASSADOR_CONFIG: config,
    },
  });
  const app = await startApp(bench, undefined, { ...common, APP_AMBASSADOR_URL: `http://127.0.0.1:${port}` });
  return { app, ambassador };
}

/** Send so many requests, evenly to all Pods, and return the CPU time of one in microseconds. */
async function send(method: 'GET' | 'PUT', total: number): Promise<Cost> {
  const before = cpu();
  await Promise.all(Array.from({ length: clients }, (_, client) => sendAll(client, method, total / clients)));
  const after = cpu();
  const cost = (part: keyof Cost) => (after[part] - before[part]) / total;
  return { app: cost('app'), ambassador: cost('ambassador'), postgres: cost('postgres') };
}

async function sendAll(client: number, method: 'GET' | 'PUT', count: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const port = pods[client % pods.length]?.app.port;
  const headers = { 'content-type': 'text/plain' };
  for (let at = 0; at < count; at += 1) {
    const path = `/api/notes/${client}-${at % 50}`;
    await new Promise<void>((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port, path, method, headers, agent }, (response) => {
        response.resume().once('end', resolve);
        if ((response.statusCode ?? 0) >= 300)
          reject(new Error(`${method} ${path} was answered ${response.statusCode}`));
      });
      sent.once('error', reject).end(method === 'PUT' ? 'x'.repeat(200) : undefined);
    });
  }
  agent.destroy();
}

function sumCpu(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + cpuMicroseconds(pid), 0);
}

function cpu(): Cost {
  const main = postgres.child.pid ?? 0;
  return {
    app: sumCpu(pods.map(({ app }) => app.pid)),
    ambassador: sumCpu(pods.map(({ ambassador }) => ambassador.pid)),
    postgres: sumCpu([main, ...childPids(main)]),
  };
}

function print(cost: Cost): string {
  return `${[cost.app, cost.ambassador, cost.postgres].map(Math.round).join(', ')} µs`;
}

/** Connections of clients, without the one that asks. */
async function postgresConnections(): Promise<number> {
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  const { rows } = await client.query(
    "SELECT count(*)::int AS count FROM pg_stat_activity WHERE backend_type = 'client backend'",
  );
  await client.end();
  return rows[0].count - 1;
}

async function redisConnections(): Promise<number> {
  const client = new Redis(redis.url);
  const list = String(await client.client('LIST'));
  client.disconnect();
  return list.trim().split('\n').length - 1;
}
