import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export type Latency = { p50: number; p90: number; p99: number };

/**
 * Latencies in milliseconds of GETs at a steady 1000 per second on 16 connections. Each is counted from the time it
 * was due, so a pause of the server counts for every request that it delays.
 */
export async function measureLatency(port: number, seconds: number): Promise<Latency> {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const samples: number[] = [];
  const began = performance.now();
  const total = seconds * 1000;
  let sent = 0;
  let failed = 0;
  const send = (due: number) => {
    const request = get({ host: '127.0.0.1', port, path: '/v1.0/state/memory/bench', agent }, (response) => {
      response.resume().on('end', () => samples.push(performance.now() - due));
    });
    request.on('error', () => (failed += 1));
  };
  while (sent < total) {
    const due = Math.min(total, Math.floor(performance.now() - began));
    for (; sent < due; sent += 1) send(began + sent + 1);
    await sleep(1);
  }
  while (samples.length + failed < total) await sleep(5);
  agent.destroy();
  if (failed > 0) throw new Error(`${failed} of ${total} requests failed`);
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.floor(sorted.length * part)] ?? Number.NaN;
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99) };
}
