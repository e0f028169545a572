import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startRedis } from '@podkit/chassis/testing/servers';
import { latencyOf } from './dapr-latency.ts';
import { writeExpiring } from './expiring-keys.ts';
import { type Peer, residentMiB, startAmbassador, startEcho, startNutcracker } from './peers.ts';
import { type Load, median, rate } from './redis-rates.ts';

const rounds = 3;
const set = ['SET', 'bench', 'xxx'];
const get = ['GET', 'bench'];
const near = ['GET', 'near:bench'];

const folder = mkdtempSync(join(tmpdir(), 'podkit-bench-'));
const redis = await startRedis();
const peers: Peer[] = [];
try {
  const ambassador = await startAmbassador(redis.port, folder);
  const echo = await startEcho();
  const nutcracker = await startNutcracker(redis.port, folder);
  peers.push(ambassador, echo, ...(nutcracker === undefined ? [] : [nutcracker]));
  await sleep(1000);
  const idle = residentMiB(ambassador);
  if (nutcracker === undefined)
    console.log('nutcracker is not installed (Debian: apt-get install nutcracker); its ratios are left out\n');
  redisDoor(redis.port, ambassador.port, nutcracker?.port);
  await daprDoor(ambassador.dapr, echo.port);
  await memory(ambassador, idle);
} finally {
  for (const { child } of peers) child.kill('SIGKILL');
  await redis.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** All in turn, round by round, so that what else the machine does hits all alike; the medians are compared. */
function redisDoor(direct: number, door: number, nutcracker: number | undefined): void {
  console.log('redis-benchmark -c 50, requests per second (median of %d rounds)', rounds);
  rate(door, { command: ['SET', 'near:bench', 'xxx'], pipeline: 1, requests: 1000 });
  for (const [pipeline, requests] of [
    [1, 40_000],
    [16, 300_000],
  ] as const) {
    const loads = { SET: { command: set, pipeline, requests }, GET: { command: get, pipeline, requests } };
    const tier: Load = { command: near, pipeline, requests };
    const warm = { ...loads.GET, requests: requests / 4 };
    rate(door, warm);
    rate(door, { ...tier, requests: requests / 4 });
    const [found, nearRates] = [new Map<string, number[]>(), [] as number[]];
    const note = (name: string, value: number) => found.set(name, [...(found.get(name) ?? []), value]);
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, load] of Object.entries(loads)) {
        note(`direct ${name}`, rate(direct, load));
        note(`forwarded ${name}`, rate(door, load));
        if (nutcracker !== undefined) note(`nutcracker ${name}`, rate(nutcracker, load));
      }
      nearRates.push(rate(door, tier));
    }
    report(pipeline, found, median(nearRates));
  }
}

function ratio(value: number, peer: number): string {
  return Number.isNaN(peer) ? '-' : (value / peer).toFixed(2);
}

function report(pipeline: number, found: Map<string, number[]>, nearRate: number): void {
  const of = (name: string) => median(found.get(name) ?? []);
  console.log(
    `\n-P ${pipeline}`.padEnd(22),
    'direct'.padStart(9),
    'nutcracker'.padStart(11),
    'ambassador'.padStart(11),
    '  ÷ direct  ÷ nutcracker  target',
  );
  const line = (title: string, kind: string, value: number, target: string) => {
    const [direct, proxy] = [of(`direct ${kind}`), of(`nutcracker ${kind}`)];
    const numbers = [direct, proxy, value].map((each, index) =>
      (Number.isNaN(each) ? '-' : each.toFixed(0)).padStart(index === 0 ? 9 : 11),
    );
    console.log(
      title.padEnd(21),
      ...numbers,
      ratio(value, direct).padStart(10),
      ratio(value, proxy).padStart(13),
      ` ${target}`,
    );
  };
  line('SET forwarded', 'SET', of('forwarded SET'), `≥ ${pipeline === 1 ? '0.8' : '1.0'} ÷ nutcracker`);
  line('GET forwarded', 'GET', of('forwarded GET'), `≥ ${pipeline === 1 ? '0.8' : '1.0'} ÷ nutcracker`);
  line('GET in the near tier', 'GET', nearRate, pipeline === 1 ? '≥ 1.0 ÷ direct' : '≥ 1.2 ÷ nutcracker');
}

async function daprDoor(door: number, echo: number): Promise<void> {
  await fetch(`http://127.0.0.1:${door}/v1.0/state/memory`, {
    method: 'POST',
    body: JSON.stringify([{ key: 'bench', value: 'value' }]),
  });
  console.log(
    '\nDapr GET, 1000 per second on 16 connections, milliseconds (median of 3 rounds of 3 s, after a warm-up)',
  );
  await latencyOf(echo, 2);
  await latencyOf(door, 2);
  const found = {
    echo: [] as Awaited<ReturnType<typeof latencyOf>>[],
    door: [] as Awaited<ReturnType<typeof latencyOf>>[],
  };
  for (let round = 0; round < 3; round += 1) {
    found.echo.push(await latencyOf(echo, 3));
    found.door.push(await latencyOf(door, 3));
  }
  for (const [part, target] of [
    ['p50', ''],
    ['p90', '≤ 0.5 added'],
    ['p99', '≤ 1.5 added'],
  ] as const) {
    const [bare, ours] = [median(found.echo.map((each) => each[part])), median(found.door.map((each) => each[part]))];
    console.log(
      `${part}  bare Fastify ${bare.toFixed(2)}  ambassador ${ours.toFixed(2)}  added ${(ours - bare).toFixed(2)}  ${target}`,
    );
  }
}

async function memory(ambassador: Peer, idle: number): Promise<void> {
  console.log(`\nresident memory at rest: ${idle.toFixed(0)} MiB (target ≤ 80)`);
  const seen: string[] = [];
  for (let part = 0; part < 4; part += 1) {
    await writeExpiring(ambassador.port, 250_000);
    await sleep(1500);
    seen.push(residentMiB(ambassador).toFixed(0));
  }
  console.log(`after each 250,000 keys written and expired: ${seen.join(', ')} MiB (target: flat)`);
}
