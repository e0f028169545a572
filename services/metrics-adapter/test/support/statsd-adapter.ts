import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { startAdapter } from './start-adapter.ts';

/** A free UDP port. */
async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(resolve));
  return port;
}

const isFromApplication = (line: string) => !/^(?:# (?:HELP|TYPE) )?adapter_/.test(line);

/**
 * Send packets over UDP to an adapter with a mapping file, and scrape it once all are read. Returns the lines of the
 * page: the application's samples and comments, and the adapter's own metrics of StatsD.
 */
export async function scrapeStatsd(mapping: string, ...packets: string[]) {
  const mappingFile = join(tempDir(), 'statsd_mapping.yml');
  writeFileSync(mappingFile, mapping);
  const port = await freeUdpPort();
  const adapter = await startAdapter(JSON.stringify({ statsd: [{ udp: `127.0.0.1:${port}`, mappingFile }] }));
  const socket = createSocket('udp4');
  for (const packet of packets) await new Promise((resolve) => socket.send(packet, port, '127.0.0.1', resolve));
  socket.close();
  const counted = `adapter_statsd_packets_total{source="statsd",transport="udp"} ${packets.length}`;
  await waitFor('all packets', async () => (await adapter.samples('adapter_statsd_packets_total')).includes(counted));
  const text = await (await adapter.get('/metrics')).text();
  const lines = text.split('\n').filter((line) => line !== '');
  return {
    adapter,
    samples: lines.filter((line) => isFromApplication(line) && !line.startsWith('#')),
    comments: lines.filter((line) => isFromApplication(line) && line.startsWith('#')),
    own: lines.filter((line) => line.startsWith('adapter_statsd_')),
  };
}
