import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { localImage } from '../../tools/image-set.ts';
import { type Case, expect } from '../case.ts';
import { Container } from '../container.ts';
import { openShift } from './git-sync-image.ts';

/** An application in the adapter's container: pages, a receiver of log lines, and one StatsD packet. */
const application = `import { createSocket } from 'node:dgram';
import { createServer } from 'node:http';
const pages = { '/prometheus': 'from_prometheus 1', '/json': '{"v":1}', '/key-value': 'v=1', '/csv': 'v\\n1' };
createServer((request, response) => response.end(pages[request.url])).listen(8000, '127.0.0.1');
const socket = createSocket('udp4');
socket.send('from_statsd:1|c', 9125, '127.0.0.1', () => socket.close());
`;

const url = 'http://127.0.0.1:8000';
const config = `
prometheus: [{ name: prometheus, url: '${url}/prometheus' }]
json: [{ name: json, url: '${url}/json', metrics: [{ name: from_json, value: $.v }] }]
keyValue: [{ name: key-value, url: '${url}/key-value', metrics: [{ name: from_key_value, match: v }] }]
csv: [{ name: csv, url: '${url}/csv', metrics: [{ name: from_csv, value: v }] }]
statsd: [{ udp: '127.0.0.1:9125' }]
logs: [{ name: logs, files: [/w/app.log], rules: [{ match: line, metrics: [{ name: from_logs, type: counter }] }] }]
forward: [{ name: forward, files: [/w/app.log], url: '${url}/lines', directory: /tmp/forward }]
`;
const samples = [
  ...['prometheus', 'json', 'key-value', 'csv'].map((source) => `adapter_up{source="${source}"}`),
  ...['prometheus', 'json', 'key_value', 'csv', 'statsd', 'logs'].map((kind) => `from_${kind}`),
  'adapter_forward_lines_sent_total{source="forward"}',
].map((series) => `${series} 1`);

export const adapterImageCase = (): Case => ({ name: 'image metrics-adapter reads each kind of source', run: readAll });

async function readAll(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'podkit-adapter-image-'));
  const files = { 'application.mjs': application, 'adapter.yaml': config, 'app.log': 'a line\n' };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  chmodSync(folder, 0o755);
  const options = [`--user=${openShift}:0`, '-v', `${folder}:/w:ro`, '-e', 'ADAPTER_CONFIG=/w/adapter.yaml'];
  const container = await Container.start(localImage('metrics-adapter'), 9464, options);
  try {
    await container.untilReady('/readyz');
    await container.startBeside(['/nodejs/bin/node', '/w/application.mjs']);
    let lines: string[] = [];
    const missing = () => samples.filter((sample) => !lines.includes(sample)).join(', ');
    await waitFor('every sample', async () => {
      lines = (await container.read('/metrics')).split('\n');
      return missing() === '';
    }).catch(() => undefined);
    expect(missing() === '', `its page has no ${missing()}: ${await container.logs()}`);
    return `4 sources up, a sample of each of 6, a line sent on, as user ${openShift}`;
  } finally {
    await container.remove();
    rmSync(folder, { recursive: true });
  }
}
