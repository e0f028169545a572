import { setTimeout as sleep } from 'node:timers/promises';
import { alternate, type Bench, type Case } from '../core/bench.ts';
import { median } from '../core/median.ts';
import { cpuMicroseconds, type Running, residentMB } from '../core/process.ts';
import { packageVersion, requireProgram } from '../core/programs.ts';
import { type Goal, type Growth, growth, type Row, row } from '../core/row.ts';
import { measureLatency } from './dapr-latency.ts';
import { writeExpiring } from './expiring-keys.ts';
import { redisServer, startAmbassador, startEcho, startFloor, startLineServer, startNutcracker } from './peers.ts';
import { redisBenchmark } from './redis-benchmark.ts';

const set = ['SET', 'bench', 'xxx'];
const get = ['GET', 'bench'];
const near = ['GET', 'near:bench'];
type Redis = Awaited<ReturnType<typeof redisServer>>;
type Peer = { name: string; command?: readonly string[]; start: (redis: Redis) => Promise<Redis> };

const nutcracker = (bench: Bench): Peer => ({
  name: requireProgram('nutcracker', '-V'),
  start: ({ port }) => startNutcracker(bench, port),
});
const redisItself = (): Peer => ({
  name: requireProgram('redis-server'),
  command: get,
  start: async ({ port, pid }) => ({ port, pid, [Symbol.asyncDispose]: async () => undefined }),
});
const node = (mode: 'pipe' | 'answer', name: string): Peer => ({ name, start: ({ port }) => startFloor(mode, port) });

/** Send a Redis command from 50 clients. `pipeline` is the number of commands in flight for each client. */
async function command(
  bench: Bench,
  words: readonly string[],
  pipeline: number,
  peer: Peer,
  goal?: Goal,
): Promise<Row[]> {
  requireProgram('redis-benchmark');
  await using redis = await redisServer();
  await using ambassador = await startAmbassador(bench, redis.port);
  await using other = await peer.start(redis);
  const load = { command: words, pipeline, requests: pipeline === 1 ? 30_000 : 200_000 };
  await redisBenchmark(ambassador, { command: ['SET', words[1] ?? '', 'xxx'], pipeline: 1, requests: 1000 });
  const { ours, theirs } = await alternate({
    ours: () => redisBenchmark(ambassador, load, redis.pid),
    theirs: () => redisBenchmark(other, { ...load, command: peer.command ?? words }, redis.pid),
  });
  const make = (figure: 'perSecond' | 'cpuUs') => ({
    ours: ours.map((one) => one[figure]),
    peer: { name: peer.name, figures: theirs.map((one) => one[figure]) },
  });
  const work = `${words[0]} ${words === near ? 'near cache' : 'forwarded'}, pipeline ${pipeline}`;
  const aim = goal === undefined ? {} : { goal };
  return [
    row({ work, unit: '/s', ...make('perSecond'), ...aim }),
    row({ work: 'CPU time per request, with the Redis behind', unit: 'µs', ...make('cpuUs') }),
  ];
}

const atLeast = (bound: number): Goal => ({ of: 'ratio', atLeast: bound });

/** Dapr GETs at a steady 1000 per second on 16 connections. The peer is a bare Fastify route that answers a constant. */
async function dapr(bench: Bench): Promise<Row[]> {
  await using redis = await redisServer();
  await using ambassador = await startAmbassador(bench, redis.port);
  await using echo = await startEcho();
  const state = `http://127.0.0.1:${ambassador.daprPort}/v1.0/state/memory`;
  await fetch(state, { method: 'POST', body: JSON.stringify([{ key: 'bench', value: 'value' }]) });
  const seconds = 1.5;
  const measure = async (port: number, { pid }: Running) => {
    const before = cpuMicroseconds(pid);
    const latency = await measureLatency(port, seconds);
    return { ...latency, cpu: (cpuMicroseconds(pid) - before) / (seconds * 1000) };
  };
  const { ours, theirs } = await alternate({
    ours: () => measure(ambassador.daprPort, ambassador),
    theirs: () => measure(echo.port, echo),
  });
  const make = (figure: keyof (typeof ours)[number]) => ({
    ours: ours.map((one) => one[figure]),
    peer: { name: packageVersion('fastify'), figures: theirs.map((one) => one[figure]) },
  });
  return [
    row({ work: 'Dapr GET, median', unit: 'ms', ...make('p50') }),
    row({ work: '90th percentile', unit: 'ms', ...make('p90'), goal: { of: 'difference', atMost: 0.5 } }),
    row({ work: '99th percentile', unit: 'ms', ...make('p99'), goal: { of: 'difference', atMost: 1.5 } }),
    row({ work: 'CPU time per request', unit: 'µs', ...make('cpu') }),
  ];
}

/** Write 1.4 million keys that expire. The first 600,000 fill the heap to its usual size; after that memory must not grow. */
async function expiring(bench: Bench): Promise<Row[]> {
  await using redis = await redisServer();
  await using ambassador = await startAmbassador(bench, redis.port);
  const resident: number[] = [];
  for (let part = 0; part < 7; part += 1) {
    await writeExpiring(ambassador.port, 200_000);
    // Each key expires after half a second.
    await sleep(700);
    resident.push(residentMB(ambassador.pid).all);
  }
  const first = median(resident.slice(0, 3));
  const last = resident.slice(-4);
  const peer = { name: 'itself after 600,000 keys', figures: last.map(() => first) };
  return [
    row({
      work: 'memory after 1,400,000 keys expired',
      unit: 'MB',
      ours: last,
      peer,
      goal: { of: 'ratio', atMost: 1.1 },
    }),
  ];
}

/** Compare reading all clients into one buffer (unsafe/shared-input.ts) with Node's own reads. */
async function sharedInput(): Promise<Row[]> {
  requireProgram('redis-benchmark');
  await using shared = await startLineServer('shared');
  await using plain = await startLineServer('plain');
  const rows: Row[] = [];
  for (const pipeline of [1, 16]) {
    const load = { command: ['-t', 'ping_inline'], pipeline, requests: 100_000 * pipeline };
    const { ours, theirs } = await alternate({
      ours: () => redisBenchmark(shared, load),
      theirs: () => redisBenchmark(plain, load),
    });
    const peer = { name: `Node ${process.version}`, figures: theirs.map(({ cpuUs }) => cpuUs) };
    rows.push(row({ work: `reading, pipeline ${pipeline}`, unit: 'µs', ours: ours.map(({ cpuUs }) => cpuUs), peer }));
  }
  return rows;
}

/** The cost of a GET with a growing number of clients. */
async function clients(bench: Bench): Promise<Growth[]> {
  requireProgram('redis-benchmark');
  await using redis = await redisServer();
  await using ambassador = await startAmbassador(bench, redis.port);
  const load = { command: near, pipeline: 1, requests: 50_000 };
  await redisBenchmark(ambassador, load);
  const costs: Growth['costs'] = [];
  for (const size of [5, 50, 500])
    costs.push({ size, cost: (await redisBenchmark(ambassador, { ...load, clients: size })).cpuUs });
  return [growth('a GET in the near cache, by clients', 'µs of CPU', costs)];
}

export const cases: Record<string, Case<Row | Growth>> = {
  get: (bench) => command(bench, get, 1, nutcracker(bench), atLeast(0.8)),
  'get-16': (bench) => command(bench, get, 16, nutcracker(bench), atLeast(1)),
  set: (bench) => command(bench, set, 1, nutcracker(bench), atLeast(0.8)),
  'set-16': (bench) => command(bench, set, 16, nutcracker(bench), atLeast(1)),
  near: (bench) => command(bench, near, 1, redisItself(), atLeast(1)),
  'near-16': (bench) => command(bench, near, 16, nutcracker(bench), atLeast(1.2)),
  // What Node can do without our code, with one request per read.
  'get-node': (bench) => command(bench, get, 1, node('pipe', `Node ${process.version}, a pipe`)),
  'near-node': (bench) => command(bench, near, 1, node('answer', `Node ${process.version}, a constant`)),
  dapr,
  expiring,
  'shared-input': sharedInput,
  clients,
};
