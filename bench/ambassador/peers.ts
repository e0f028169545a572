import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@podkit/chassis/testing/free-port';
import { startRedis } from '@podkit/chassis/testing/servers';
import type { Bench } from '../core/bench.ts';
import { type Running, start } from '../core/process.ts';

/** The image's environment. */
const inImage = { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '131072' };
/** The image's flag, and the heap limit that NODE_OPTIONS of the manifests sets for the container's 192 Mi. */
const asInPod = ['--max-semi-space-size=8', '--max-old-space-size=134'];

const resolveFile = (name: string) => join(import.meta.dirname, name);

/** Start a real Redis. `await using` stops it. */
export async function redisServer(): Promise<Pick<Running, 'port' | 'pid'> & AsyncDisposable> {
  const server = await startRedis();
  return { port: server.port, pid: server.child.pid ?? 0, [Symbol.asyncDispose]: () => server.stop() };
}

/** Start nutcracker in front of the Redis. */
export async function startNutcracker({ folder }: Bench, redis: number): Promise<Running> {
  const port = await freePort();
  const stats = await freePort();
  const config = join(folder, 'nutcracker.yml');
  const pool = ['redis: true', `listen: 127.0.0.1:${port}`, 'hash: fnv1a_64', 'servers:', ` - 127.0.0.1:${redis}:1`];
  writeFileSync(config, `pool:\n${pool.map((line) => `  ${line}\n`).join('')}`);
  return start('nutcracker', ['-c', config, '-s', String(stats), '-o', '/dev/null'], { port });
}

export type RunningAmbassador = Running & { daprPort: number };

/** Start the ambassador. Keys `near:…` go to the Redis through a near cache, `mem:…` to memory, all others to the Redis. */
export async function startAmbassador(bench: Bench, redis: number): Promise<RunningAmbassador> {
  const port = await freePort();
  const daprPort = await freePort();
  const adminPort = await freePort();
  const config = join(bench.folder, 'ambassador.yaml');
  writeFileSync(
    config,
    `stores:
  all:
    driver: route
    rules:
      - { prefix: 'near:', store: cached }
      - { prefix: 'mem:', store: memory }
      - { store: redis }
  memory: { driver: memory }
  redis: { driver: redis, url: 'redis://127.0.0.1:${redis}' }
  cached: { driver: redis, url: 'redis://127.0.0.1:${redis}', policies: [{ near: {} }] }
redisStore: all
`,
  );
  const ports = { REDIS_PORT: String(port), PORT: String(daprPort), ADMIN_PORT: String(adminPort) };
  const env = { ...inImage, ...ports, LOG_LEVEL: 'error', AMBASSADOR_CONFIG: config, DRAIN_DELAY: '0s' };
  const args = [...asInPod, ...bench.nodeFlags, await bench.bundle('ambassador')];
  return { ...(await start(process.execPath, args, { port, env })), daprPort };
}

/** Start a bare Fastify that answers a constant. */
export async function startEcho(): Promise<Running> {
  const port = await freePort();
  return start(process.execPath, [resolveFile('echo.mjs'), String(port)], { port });
}

/** Start Node with nothing but `node:net`: see node-floor.mjs. */
export async function startFloor(mode: 'pipe' | 'answer', redis: number): Promise<Running> {
  const port = await freePort();
  return start(process.execPath, [resolveFile('node-floor.mjs'), mode, String(port), String(redis)], { port });
}

/** Start a server that answers lines. `way` is how it reads them: see line-server.ts. */
export async function startLineServer(way: 'shared' | 'plain'): Promise<Running> {
  const port = await freePort();
  return start(process.execPath, [resolveFile('line-server.ts'), way, String(port)], { port });
}
