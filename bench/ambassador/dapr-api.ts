import { cpuOf } from './cpu.ts';
import { type Latency, latencyOf } from './dapr-latency.ts';
import type { Peer } from './peers.ts';
import { median } from './redis-rates.ts';

const rounds = 5;
const seconds = 1.5;
const targets = { p50: undefined, p90: 0.5, p99: 1.5 };

/** Compare a Dapr GET with a bare Fastify route that answers a constant, and print what it adds. */
export async function daprApi(api: Peer, echo: Peer): Promise<void> {
  await fetch(`http://127.0.0.1:${api.port}/v1.0/state/memory`, {
    method: 'POST',
    body: JSON.stringify([{ key: 'bench', value: 'value' }]),
  });
  const found = [echo, api].map((peer) => ({ peer, runs: [] as Latency[], cpu: 0 }));
  for (const { peer } of found) await latencyOf(peer.port, seconds);
  for (let round = 0; round < rounds; round += 1)
    for (const each of found) {
      const before = cpuOf(each.peer.child.pid ?? 0);
      each.runs.push(await latencyOf(each.peer.port, seconds));
      each.cpu += cpuOf(each.peer.child.pid ?? 0) - before;
    }
  console.log(
    `\nDapr GET, 1000 per second on 16 connections, milliseconds (median of ${rounds} rounds of ${seconds} s)`,
  );
  for (const [part, target] of Object.entries(targets) as [keyof Latency, number | undefined][]) {
    const [bare = Number.NaN, ours = Number.NaN] = found.map(({ runs }) => median(runs.map((run) => run[part])));
    const verdict = target === undefined ? '' : ` (target ≤ ${target}: ${ours - bare <= target ? 'met' : 'missed'})`;
    console.log(
      `${part}  bare Fastify ${bare.toFixed(2)}  ambassador ${ours.toFixed(2)}  added ${(ours - bare).toFixed(2)}${verdict}`,
    );
  }
  const [bare = Number.NaN, ours = Number.NaN] = found.map(({ cpu }) => cpu / (rounds * seconds * 1000));
  console.log(`CPU µs/request  bare Fastify ${bare.toFixed(0)}  ambassador ${ours.toFixed(0)}`);
}
