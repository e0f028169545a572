import { mkdtempSync, rmSync } from 'node:fs';
import { setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startRedis } from '@podkit/chassis/testing/servers';
import { daprApi } from './dapr-api.ts';
import { expiringMemory, idleMemory } from './memory.ts';
import { type Peer, startAmbassador, startEcho, startFloor, startNutcracker } from './peers.ts';
import { redisEndpoint } from './redis-endpoint.ts';

/**
 * `npm run bench -- ambassador`: the ambassador beside redis-server, nutcracker, a bare Fastify and a Node that does next to nothing, all in one run.
 * Rates are of the moment; ratios, and even more so the processor time per request, tell what to expect elsewhere.
 */
try {
  setPriority(-5);
} catch {
  console.log('not privileged: what else this machine does disturbs the measurement more');
}
const folder = mkdtempSync(join(tmpdir(), 'podkit-bench-'));
const redis = await startRedis();
const started: Peer[] = [];
const start = async <P extends Peer | undefined>(peer: Promise<P>): Promise<P> => {
  const here = await peer;
  if (here !== undefined) started.push(here);
  return here;
};
try {
  const ambassador = await start(startAmbassador(redis.port, folder));
  const echo = await start(startEcho());
  const pipe = await start(startFloor('pipe', redis.port));
  const answer = await start(startFloor('answer', redis.port));
  const nutcracker = await start(startNutcracker(redis.port, folder));
  // The garbage of the start goes a second after it.
  await sleep(3000);
  idleMemory(ambassador, { 'bare Fastify': echo, 'Node, constant answer': answer });
  if (nutcracker === undefined) console.log('\nnutcracker is not installed (Debian: apt-get install nutcracker)');
  const peers = { redis, ambassador, nutcracker, pipe, answer };
  // The deep pipeline first: it also brings the compiled code into its final state.
  redisEndpoint(peers, 16, 200_000, 5);
  redisEndpoint(peers, 1, 30_000, 5);
  await daprApi({ ...ambassador, port: ambassador.dapr }, echo);
  await expiringMemory(ambassador);
} finally {
  for (const { child } of started) child.kill('SIGKILL');
  await redis.stop();
  rmSync(folder, { recursive: true, force: true });
}
