import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@podkit/chassis/testing/free-port';
import { writeVolume } from '@podkit/downward/simulate';
import { alternate, type Bench, type Case } from '../core/bench.ts';
import { median } from '../core/median.ts';
import { type Running, start } from '../core/process.ts';
import { type Growth, growth, type Row, row } from '../core/row.ts';
import { type Swap, swap } from './swaps.ts';

type Reader = Running & { directory: string };

async function startReader(bench: Bench): Promise<Reader> {
  const directory = mkdtempSync(join(bench.folder, 'podinfo-'));
  const port = await freePort();
  await writeVolume(directory, { labels: 'round="0"' });
  const env = { DOWNWARD_DIR: directory, PORT: String(port), DRAIN_DELAY: '0s', LOG_LEVEL: 'warn' };
  const args = [...bench.nodeFlags, await bench.bundle('downward-reader')];
  return { ...(await start(process.execPath, args, { port, path: '/readyz', env })), directory };
}

/** The time from a swap of the volume to the event at a client of /events. The peer is a bare fs.watch on the same volume. */
async function events(bench: Bench): Promise<Row[]> {
  await using reader = await startReader(bench);
  const swaps = await swap(reader.directory, reader.port, { times: 200, clients: 1 });
  // The first ones run code that is not compiled yet, in the reader and in this client.
  await swap(reader.directory, reader.port, { times: 20, clients: 1000 });
  const many = await swap(reader.directory, reader.port, { times: 100, clients: 1000 });
  const peer = { name: 'fs.watch alone', figures: swaps.map((one) => one.watch) };
  return [
    row({ work: 'a swap until a client has the event', unit: 'ms', ours: swaps.flatMap((one) => one.events), peer }),
    row({ work: '99th percentile, 1 client', ...percentile99(swaps), goal: { of: 'ours', atMost: 10 } }),
    row({ work: '99th percentile, 1,000 clients', ...percentile99(many), goal: { of: 'ours', atMost: 25 } }),
  ];
}

/** Of the times of all events, each client's. */
function percentile99(swaps: readonly Swap[]) {
  const times = swaps.flatMap(({ events: all }) => all).toSorted((a, b) => a - b);
  return { unit: 'ms', ours: [times[Math.ceil(times.length * 0.99) - 1] ?? Number.NaN] };
}

/** The time until the last client has the event, with a growing number of clients. */
async function clients(bench: Bench): Promise<Growth[]> {
  await using reader = await startReader(bench);
  const costs: Growth['costs'] = [];
  for (const size of [10, 100, 1000]) {
    const swaps = await swap(reader.directory, reader.port, { times: 30, clients: size });
    costs.push({ size, cost: median(swaps.map((one) => Math.max(...one.events))) });
  }
  return [growth('a swap until the last client has the event, by clients', 'ms', costs)];
}

/** The time of `exec -- true`. The peer is a bare start of Node. */
async function exec(bench: Bench): Promise<Row[]> {
  const directory = mkdtempSync(join(bench.folder, 'podinfo-'));
  const main = await bench.bundle('downward-reader');
  await writeVolume(directory, { labels: 'app="shop"', 'limits/cpu_m': '500', 'limits/memory_mi': '256' });
  const env = { DOWNWARD_DIR: directory };
  const time = (args: string[]) => {
    const began = performance.now();
    execFileSync(process.execPath, args, { env });
    return performance.now() - began;
  };
  const { ours, theirs } = await alternate(
    { ours: () => time([main, 'exec', '--', 'true']), theirs: () => time(['-e', '0']) },
    15,
  );
  return [
    row({ work: 'exec -- true', unit: 'ms', ours, peer: { name: `node ${process.version} -e 0`, figures: theirs } }),
  ];
}

export const cases: Record<string, Case<Row | Growth>> = { events, exec, clients };
