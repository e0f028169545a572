import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@podkit/chassis/testing/free-port';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { expect, onTestFinished, test } from 'vitest';
import { startPrometheus } from './support/real-prometheus.ts';
import { serveApp } from './support/serve-app.ts';
import { startAdapter } from './support/start-adapter.ts';

const readName = (metric: Record<string, string>) => metric['__name__'];

async function everySource() {
  const log = join(tempDir(), 'random.csv');
  writeFileSync(log, 'stamp,id,seconds\n');
  const port = await freePort();
  const app = await serveApp((request, response) => {
    if (request.url === '/prom') response.end('# TYPE passed_total counter\npassed_total{x="1"} 3\n');
    else if (request.url === '/kv') response.end('workers=4\n');
    else if (request.url === '/csv') response.end('queue,depth\na,5\n');
    else response.end('{"requests": 7, "items": [{"id": "1", "n": 2}]}');
  });
  const adapter = await startAdapter(`
json: [{ name: json, url: '${app}/', metrics: [{ name: app_requests_total, type: counter, value: $.requests }] },
       { name: module, url: '${app}/', module: old }]
modules: { old: { metrics: [{ name: item, type: object, path: '{.items[*]}', labels: { id: '{.id}' }, values: { n: '{.n}' } }] } }
prometheus: [{ name: prom, url: '${app}/prom' }]
keyValue: [{ name: kv, url: '${app}/kv', metrics: [{ name: workers, type: gauge, match: workers }] }]
csv: [{ name: csv, url: '${app}/csv', metrics: [{ name: depth, type: gauge, value: depth, labels: { queue: queue } }] }]
statsd: [{ udp: '127.0.0.1:${port}', mapping: { mappings: [{ match: 'lat.*', name: lat_seconds, observer_type: histogram, labels: { op: $1 } }] } }]
logs: [{ name: log, files: ['${log}'], format: csv, rules: [{ metrics: [
  { name: random_total, type: counter }, { name: random_seconds_total, type: counter, value: $seconds }] }] }]`);
  const socket = createSocket('udp4');
  onTestFinished(() => void socket.close());
  return { adapter, log, send: (packet: string) => socket.send(packet, port, '127.0.0.1') };
}

test('a real Prometheus scrapes every source without an error, and native histograms can be queried', async () => {
  const { adapter, log, send } = await everySource();
  const prometheus = await startPrometheus(adapter.url);
  for (const value of [12, 30, 500]) send(`lat.read:${value}|ms`);
  appendFileSync(log, '1,a,0.5\n2,b,1.5\n');
  const names = 'app_requests_total|item_n|passed_total|workers|depth|random_total|random_seconds_total';
  const values = await waitFor('samples of every source', async () => {
    const found = await prometheus.query(`{__name__=~"${names}"}`);
    const complete = found.some(({ metric, value }) => readName(metric) === 'random_seconds_total' && value[1] === '2');
    return found.length === 7 && complete && found;
  });
  expect(Object.fromEntries(values.map(({ metric, value }) => [readName(metric), value[1]]))).toEqual({
    app_requests_total: '7',
    item_n: '2',
    passed_total: '3',
    workers: '4',
    depth: '5',
    random_total: '2',
    random_seconds_total: '2',
  });
  const [count] = await waitFor('the native histogram', async () => {
    const found = await prometheus.query('histogram_count(lat_seconds)');
    return found[0]?.value[1] === '3' && found;
  });
  expect(count?.metric).toMatchObject({ op: 'read' });
  const [median] = await prometheus.query('histogram_quantile(0.5, lat_seconds)');
  expect(Number(median?.value[1])).toBeCloseTo(0.03, 2);
  // On a busy machine a scrape may take longer than its second. Only an unreadable page is a failure.
  expect((await prometheus.lastErrors()).pod).toMatch(/^$|context deadline exceeded/);
  await waitFor('every source to be up', async () => {
    const up = await prometheus.query('adapter_up');
    return up.length > 0 && up.every(({ value }) => value[1] === '1');
  });
});

test("promtool finds nothing in the adapter's own metrics", async () => {
  const { adapter } = await everySource();
  const text = await (await adapter.get('/metrics')).text();
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
  expect([status, stdout, stderr]).toEqual([0, '', '']);
});
