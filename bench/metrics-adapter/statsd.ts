import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { alternate, type Bench } from '../core/bench.ts';
import { median } from '../core/median.ts';
import { type Growth, growth, type Row, row } from '../core/row.ts';
import { Worker } from '../core/worker.ts';
import type { Report } from './statsd-receiver.ts';

type Load = { packets: readonly Buffer[]; count: number; perSecond: number };
type Cost = { microsecondsPerPacket: number; lost: number; perSecond: number };

const linesPerPacket = 28;
const nothing = `a Node ${process.version} that only receives`;

function lines(count: number): string[] {
  const types = ['1|c', '320|ms', '7|g', '1|c|@0.1', '12.5|h'];
  return Array.from({ length: count }, (_, index) => {
    const type = types[index % types.length] ?? '1|c';
    return `service${index % 200}.host${index % 5}.request.${type.includes('ms') ? 'slow' : `ok${index % 5}`}:${type}`;
  });
}

const all = lines(1000);
const single: Load = { packets: all.map((line) => Buffer.from(line)), count: 90_000, perSecond: 30_000 };

/** Packets of `size` lines, which use all names. */
const packed = (size: number): Load => ({
  packets: Array.from({ length: 100 }, (_, at) =>
    Buffer.from(Array.from({ length: size }, (__, index) => all[(at * 7 + index * 31) % all.length]).join('\n')),
  ),
  count: 24_000,
  perSecond: 8000,
});

/**
 * StatsD over UDP with 200 mappings and 1000 names: CPU time per line, with one line and with 28 lines in a packet. The peer is
 * a Node process that receives the same packets and does nothing.
 */
export async function statsd(bench: Bench): Promise<Row[]> {
  const one = await compare(single, bench);
  const many = await compare(packed(linesPerPacket), bench);
  const perLine = (figures: readonly number[]) => figures.map((figure) => figure / linesPerPacket);
  return [
    row({
      work: 'a StatsD packet of 1 line',
      unit: 'µs of CPU',
      ours: one.ours,
      peer: { name: nothing, figures: one.theirs },
      goal: { of: 'ratio', atMost: 1.2 },
    }),
    row({
      work: `a StatsD line, ${linesPerPacket} in a packet`,
      unit: 'µs of CPU',
      ours: perLine(many.ours),
      peer: { name: nothing, figures: perLine(many.theirs) },
      goal: { of: 'difference', atMost: 1.5 },
    }),
  ];
}

/** Packets that are lost at half the receiver's highest rate. */
export async function statsdLoss({ nodeFlags }: Bench): Promise<Row[]> {
  const { ours } = await alternate({
    ours: async () => {
      const ceiling = await measure('adapter', { ...single, count: 300_000, perSecond: 1e6 }, nodeFlags);
      return measure('adapter', { ...single, count: 100_000, perSecond: ceiling.perSecond / 2 }, nodeFlags);
    },
  });
  const rate = Math.round(median(ours.map(({ perSecond }) => perSecond))).toLocaleString('en');
  const work = `packets lost of 100,000 at half the ceiling, ${rate}/s`;
  return [row({ work, unit: 'packets', ours: ours.map(({ lost }) => lost), goal: { of: 'ours', atMost: 0 } })];
}

/** The cost of a packet with a growing number of lines. */
export async function linesGrowth({ nodeFlags }: Bench): Promise<Growth[]> {
  const costs: Growth['costs'] = [];
  for (const size of [1, 10, 100]) {
    const { microsecondsPerPacket } = await measure('adapter', { ...packed(size), count: 12_000 }, nodeFlags);
    costs.push({ size, cost: microsecondsPerPacket });
  }
  return [growth('a StatsD packet, by lines', 'µs of CPU', costs)];
}

/** CPU time per packet of both receivers under the same load. */
async function compare(load: Load, { nodeFlags }: Bench): Promise<{ ours: number[]; theirs: number[] }> {
  return alternate({
    ours: async () => (await measure('adapter', load, nodeFlags)).microsecondsPerPacket,
    theirs: async () => (await measure('nothing', load)).microsecondsPerPacket,
  });
}

async function measure(kind: 'nothing' | 'adapter', load: Load, nodeFlags: readonly string[] = []): Promise<Cost> {
  const receiver = new Worker<Report>(new URL('statsd-receiver.ts', import.meta.url), [kind], nodeFlags);
  try {
    const ready = await receiver.nextReport();
    if (!('port' in ready)) throw new Error('the receiver did not report its port');
    await flood(ready.port, { ...load, count: load.count / 5 });
    await report(receiver);
    const began = performance.now();
    await flood(ready.port, load);
    const seconds = (performance.now() - began) / 1000;
    const { received, cpuMicroseconds } = await report(receiver);
    const lost = load.count - received;
    return { microsecondsPerPacket: cpuMicroseconds / received, lost, perSecond: received / seconds };
  } finally {
    await receiver.stop();
  }
}

async function report(receiver: Worker<Report>): Promise<Extract<Report, { received: number }>> {
  // Packets that are still in the socket's buffer belong to the load.
  await sleep(200);
  return (await receiver.ask()) as Extract<Report, { received: number }>;
}

/** Send at a steady rate, in bursts of about a millisecond. */
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
