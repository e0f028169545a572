import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '@podkit/chassis/testing/free-port';
import { waitFor } from '@podkit/chassis/testing/wait-for';

/** A process under measurement, and the port it listens on. */
export type Peer = { port: number; child: ChildProcess };

/** The image's environment. */
const inImage = { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '131072' };
/** The image's flag, and the heap that the manifests' NODE_OPTIONS make of the container's 192 Mi. */
const asInPod = ['--max-semi-space-size=8', '--max-old-space-size=134'];

const fileOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));

async function started(
  command: string,
  args: readonly string[],
  port: number,
  env: Record<string, string> = {},
): Promise<Peer> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { PATH: process.env.PATH ?? '', ...env },
  });
  await waitFor(`${command} on port ${port}`, () => answers(port));
  return { port, child };
}

export async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.destroy();
  return true;
}

/** nutcracker in front of the Redis, or undefined where it is not installed. */
export async function startNutcracker(redis: number, folder: string): Promise<Peer | undefined> {
  const found = ['/usr/sbin/nutcracker', '/usr/bin/nutcracker', '/usr/local/sbin/nutcracker'].find(executable);
  if (found === undefined) return undefined;
  const [port, stats] = [await freePort(), await freePort()];
  const config = join(folder, 'nutcracker.yml');
  const pool = ['redis: true', `listen: 127.0.0.1:${port}`, 'hash: fnv1a_64', 'servers:', ` - 127.0.0.1:${redis}:1`];
  writeFileSync(config, `pool:\n${pool.map((line) => `  ${line}\n`).join('')}`);
  return started(found, ['-c', config, '-s', String(stats), '-o', '/dev/null'], port);
}

function executable(path: string): boolean {
  try {
    execFileSync(path, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/**
 * The ambassador, with keys `near:…` behind a memory tier before the Redis, `mem:…` in memory, and all others passed on
 * to the Redis.
 */
export async function startAmbassador(redis: number, folder: string): Promise<Peer & { dapr: number }> {
  const [port, dapr, admin] = [await freePort(), await freePort(), await freePort()];
  const config = join(folder, 'ambassador.yaml');
  writeFileSync(
    config,
    `stores:
  main:
    driver: route
    rules:
      - { prefix: 'near:', store: tiered }
      - { prefix: 'mem:', store: memory }
      - { store: cache }
  memory: { driver: memory }
  cache: { driver: redis, url: 'redis://127.0.0.1:${redis}' }
  tiered: { driver: redis, url: 'redis://127.0.0.1:${redis}', policies: [{ near: {} }] }
redisStore: main
`,
  );
  // As in the image: one bundle, without the type stripper and its memory.
  execFileSync(process.execPath, [fileOf('../../tools/build.ts'), 'ambassador'], { stdio: 'ignore' });
  const main = fileOf('../../dist/ambassador/src/main.js');
  const env = {
    ...inImage,
    REDIS_PORT: String(port),
    PORT: String(dapr),
    ADMIN_PORT: String(admin),
    LOG_LEVEL: 'error',
  };
  const peer = await started(process.execPath, [...asInPod, main], port, {
    ...env,
    AMBASSADOR_CONFIG: config,
    DRAIN_DELAY: '0s',
  });
  return { ...peer, dapr };
}

/** A bare Fastify that answers a constant: what the Dapr API's own work is measured against. */
export async function startEcho(): Promise<Peer> {
  const port = await freePort();
  return started(process.execPath, [fileOf('echo.mjs'), String(port)], port);
}

/** Node with nothing but `node:net`: see node-floor.mjs. */
export async function startFloor(mode: 'pipe' | 'answer', redis: number): Promise<Peer> {
  const port = await freePort();
  return started(process.execPath, [fileOf('node-floor.mjs'), mode, String(port), String(redis)], port);
}
