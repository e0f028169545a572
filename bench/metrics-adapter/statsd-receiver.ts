import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { parseYaml } from '@podkit/chassis/config/yaml';
import { createLogger } from '@podkit/chassis/log/logger';
import { SeriesStore } from '../../services/metrics-adapter/src/series/store.ts';
import { statsdSchema } from '../../services/metrics-adapter/src/statsd/config.ts';
import { StatsdSource } from '../../services/metrics-adapter/src/statsd/statsd-source.ts';

/** What the receiver sends: first its port, then a report for each message. */
export type Report = { port: number } | { received: number; cpuMicroseconds: number; rss: number };

const mappings = Array.from({ length: 200 }, (_, index) => ({
  match: `service${index}.*.request.*`,
  name: `service${index}_requests`,
  labels: { host: '$1', outcome: '$2' },
}));

/** Receive UDP packets. `nothing` only counts them; `adapter` is the adapter's StatsD source. */
async function receive(): Promise<{ port: number; received: () => Promise<number> }> {
  if (process.argv[2] === 'nothing') {
    let packets = 0;
    const socket = createSocket('udp4');
    socket.on('message', () => {
      packets += 1;
    });
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    socket.setRecvBufferSize(4_194_304);
    return { port: socket.address().port, received: async () => packets };
  }
  const store = new SeriesStore();
  const written = JSON.stringify({ udp: '127.0.0.1:0', mapping: { mappings } });
  const { value: config } = parseYaml(statsdSchema, written, 'bench.yaml');
  const sink = store.sink('statsd', { seriesPerMetric: 10_000, seriesPerSource: 100_000 });
  const source = new StatsdSource({
    config,
    sink,
    log: createLogger({ service: 'bench', version: '0', level: 'warn' }),
  });
  await source.start();
  const received = async () => {
    const metric = (await source.selfMetrics()).find(({ name }) => name === 'statsd_packets_total');
    return metric?.samples[0]?.value ?? 0;
  };
  return { port: source.ports.udp, received };
}

const send = (report: Report) => process.send?.(report);
const { port, received } = await receive();
let before = process.cpuUsage();
let packets = await received();
async function answer(): Promise<void> {
  const { user, system } = process.cpuUsage(before);
  const now = await received();
  send({ received: now - packets, cpuMicroseconds: user + system, rss: process.memoryUsage.rss() });
  [before, packets] = [process.cpuUsage(), now];
}

process.on('message', () => void answer());
process.on('disconnect', () => process.exit(0));
send({ port });
