import { type ChildProcess, fork } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { median, type Result } from './result.ts';
import type { Report } from './statsd-receiver.ts';

type Load = { packets: readonly Buffer[]; count: number; perSecond: number };
type Cost = { microsecondsPerPacket: number; lost: number; perSecond: number };

const linesPerPacket = 28;
const rounds = 3;

function lines(count: number): string[] {
  const types = ['1|c', '320|ms', '7|g', '1|c|@0.1', '12.5|h'];
  return Array.from({ length: count }, (_, index) => {
    const type = types[index % types.length] ?? '1|c';
    return `service${index % 200}.host${index % 5}.request.${type.includes('ms') ? 'slow' : `ok${index % 5}`}:${type}`;
  });
}

/**
 * StatsD over UDP, against a Node process that receives the same packets and does nothing: CPU time per line with one
 * line in a packet, and what each further line of a packet costs. 200 mappings, 1000 distinct names.
 */
export async function statsd(): Promise<Result[]> {
  const all = lines(1000);
  const single: Load = { packets: all.map((line) => Buffer.from(line)), count: 90_000, perSecond: 30_000 };
  const packed: Load = {
    packets: Array.from({ length: 100 }, (_, at) =>
      Buffer.from(
        Array.from({ length: linesPerPacket }, (__, index) => all[(at * 7 + index * 31) % all.length]).join('\n'),
      ),
    ),
    count: 24_000,
    perSecond: 8000,
  };
  const [idleSingle, adapterSingle] = await compare(single);
  const [idlePacked, adapterPacked] = await compare(packed);
  const ratio = adapterSingle.microsecondsPerPacket / idleSingle.microsecondsPerPacket;
  const extra = (adapterPacked.microsecondsPerPacket - idlePacked.microsecondsPerPacket) / linesPerPacket;
  const costs = `${adapterSingle.microsecondsPerPacket.toFixed(2)} against ${idleSingle.microsecondsPerPacket.toFixed(2)} µs`;
  const ceiling = await measure('adapter', { ...single, count: 300_000, perSecond: 1e6 });
  const half = await measure('adapter', { ...single, count: 100_000, perSecond: ceiling.perSecond / 2 });
  return [
    {
      what: 'CPU per line, 1 line per packet',
      measured: `${ratio.toFixed(2)} × a receiver that does nothing (${costs})`,
      target: '≤ 1.2 ×',
      met: ratio <= 1.2,
    },
    {
      what: `CPU per line, ${linesPerPacket} lines per packet`,
      measured: `${extra.toFixed(2)} µs more than doing nothing`,
      target: '≤ 1.5 µs',
      met: extra <= 1.5,
    },
    {
      what: 'packets lost at half the ceiling',
      measured: `${half.lost} of 100,000 at ${Math.round(half.perSecond).toLocaleString('en')} a second`,
      target: '0',
      met: half.lost === 0,
    },
  ];
}

/** Both receivers under the same load, by turns; the medians. */
async function compare(load: Load): Promise<[idle: Cost, adapter: Cost]> {
  const costs = { nothing: [] as Cost[], adapter: [] as Cost[] };
  for (let round = 0; round < rounds; round += 1)
    for (const kind of ['nothing', 'adapter'] as const) costs[kind].push(await measure(kind, load));
  const middle = (list: Cost[]): Cost => ({
    microsecondsPerPacket: median(list.map((cost) => cost.microsecondsPerPacket)),
    lost: list.reduce((sum, { lost }) => sum + lost, 0),
    perSecond: median(list.map((cost) => cost.perSecond)),
  });
  return [middle(costs.nothing), middle(costs.adapter)];
}

async function measure(kind: 'nothing' | 'adapter', load: Load): Promise<Cost> {
  const child = fork(new URL('statsd-receiver.ts', import.meta.url), [kind]);
  try {
    const ready = await reported(child);
    if (!('port' in ready)) throw new Error('the receiver did not say its port');
    await flood(ready.port, { ...load, count: load.count / 5 });
    await report(child);
    const began = performance.now();
    await flood(ready.port, load);
    const seconds = (performance.now() - began) / 1000;
    const { received, cpuMicroseconds } = await report(child);
    const lost = load.count - received;
    return { microsecondsPerPacket: cpuMicroseconds / received, lost, perSecond: received / seconds };
  } finally {
    child.disconnect();
  }
}

async function report(child: ChildProcess): Promise<Extract<Report, { received: number }>> {
  // What is still in the socket's buffer belongs to the load.
  await sleep(200);
  const answer = reported(child);
  child.send('report');
  return (await answer) as Extract<Report, { received: number }>;
}

async function reported(child: ChildProcess): Promise<Report> {
  const [message] = (await once(child, 'message')) as [Report];
  return message;
}

/** Send at a steady pace, in bursts of a millisecond or so. */
async function flood(port: number, { packets, count, perSecond }: Load): Promise<void> {
  const socket = createSocket('udp4');
  socket.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const began = performance.now();
  let sent = 0;
  while (sent < count) {
    const due = Math.min(count, Math.floor(((performance.now() - began) / 1000) * perSecond) + 1);
    while (sent < due) {
      socket.send(packets[sent % packets.length] ?? Buffer.alloc(0));
      sent += 1;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  await new Promise((resolve) => socket.close(() => resolve(undefined)));
}
