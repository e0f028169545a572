import { execFileSync } from 'node:child_process';
import { cpuOf } from './cpu.ts';
import type { Peer } from './peers.ts';

/** One command, sent by redis-benchmark with 50 clients to one process. */
export type Load = { to: Peer; command: readonly string[]; pipeline: number; requests: number };

/** Requests per second, and microseconds of processor time per request of the process asked and of the Redis behind it. */
export type Rate = { rate: number; cpu: number; redisCpu: number };

/** Each load `rounds` times after a warm-up, all in turn, so that what else the machine does hits all alike; the medians. */
export function measure(loads: Record<string, Load>, redis: Peer, rounds: number): Record<string, Rate> {
  const found = Object.keys(loads).map(() => [] as Rate[]);
  for (const load of Object.values(loads)) once({ ...load, requests: load.requests / 2 }, redis);
  for (let round = 0; round < rounds; round += 1)
    for (const [index, load] of Object.values(loads).entries()) found[index]?.push(once(load, redis));
  const medians = found.map((runs) => ({
    rate: median(runs.map(({ rate }) => rate)),
    cpu: median(runs.map(({ cpu }) => cpu)),
    redisCpu: median(runs.map(({ redisCpu }) => redisCpu)),
  }));
  return Object.fromEntries(Object.keys(loads).map((name, index) => [name, medians[index] ?? nothing]));
}

const nothing: Rate = { rate: Number.NaN, cpu: Number.NaN, redisCpu: Number.NaN };

function once({ to, command, pipeline, requests }: Load, redis: Peer): Rate {
  const pids = [to, redis].map(({ child }) => child.pid ?? 0);
  const before = pids.map(cpuOf);
  const rate = redisBenchmark(to.port, command, pipeline, requests);
  const [cpu = Number.NaN, redisCpu = Number.NaN] = pids.map(
    (pid, index) => (cpuOf(pid) - (before[index] ?? 0)) / requests,
  );
  return { rate, cpu, redisCpu: to === redis ? 0 : redisCpu };
}

function redisBenchmark(port: number, command: readonly string[], pipeline: number, requests: number): number {
  const flags = ['-p', String(port), '-c', '50', '-n', String(requests), '-P', String(pipeline), '--csv'];
  const output = execFileSync('redis-benchmark', [...flags, ...command], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const last = output.trim().split('\n').at(-1) ?? '';
  return Number(last.split('","')[1] ?? last.split(',')[1]);
}

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
