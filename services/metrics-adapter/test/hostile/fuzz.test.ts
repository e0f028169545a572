import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deadline } from '@podkit/chassis/testing/deadline';
import { freePort } from '@podkit/chassis/testing/free-port';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { ExpositionCollector } from '../../src/prometheus/collector.ts';
import { parseExposition } from '../../src/prometheus/parse.ts';
import { parseProtobuf } from '../../src/prometheus/parse-protobuf.ts';
import { Snapshot } from '../../src/series/snapshot.ts';
import { measureCpuTime } from '../support/cpu-time.ts';
import { type Round, round } from '../support/fuzz-inputs.ts';
import { heapUsed } from '../support/heap.ts';
import { startPrometheus } from '../support/real-prometheus.ts';
import { serveApp } from '../support/serve-app.ts';
import { startAdapter, type TestAdapter } from '../support/start-adapter.ts';

/** Minutes of fuzzing; without it a short run, the same each time. */
const minutes = Number(process.env['FUZZ_MINUTES'] ?? 0);

const budget = 2_000_000;

async function startFuzzed() {
  const log = join(tempDir(), 'fuzz.log');
  writeFileSync(log, '');
  const state: { now: Round | undefined } = { now: undefined };
  const url = await serveApp((request, response) => {
    const now = state.now;
    if (request.url === '/json') response.end(now?.json);
    else if (request.url === '/csv') response.end(now?.csv);
    else response.setHeader('content-type', now?.contentType ?? '').end(now?.exposition);
  });
  const port = await freePort();
  const adapter = await startAdapter(`
prometheus: [{ name: prom, url: '${url}/prom' }]
json: [{ name: json, url: '${url}/json', metrics: [{ name: j, path: '$..*', type: gauge, timestamp: '@', labels: { k: '@' } }] }]
keyValue: [{ name: kv, url: '${url}/prom', separator: ' ', metrics: [{ name: 'kv', type: gauge, match: '(.*)', labels: { key: $1 } }] }]
csv: [{ name: csv, url: '${url}/csv', metrics: [{ name: c, value: v, labels: { name: name } }] }]
statsd: [{ udp: '127.0.0.1:${port}', mapping: { mappings: [{ match: 'my.*', name: a, observer_type: histogram }] } }]
logs:
- { name: cri, files: ['${log}'], pollInterval: 20ms, cri: true, rules: [{ match: '(.*)', metrics: [{ name: cri, type: counter, labels: { text: $1, stream: '\${kubernetes.stream}' } }] }] }
- { name: pairs, files: ['${log}'], pollInterval: 20ms, format: logfmt, rules: [{ metrics: [{ name: pairs, type: histogram, nativeFactor: 1.1, value: $a, labels: { t: $t } }] }] }
- { name: lines, files: ['${log}'], pollInterval: 20ms, format: json, rules: [{ metrics: [{ name: lines, type: gauge, value: $v, timestamp: $t }] }] }
modules: { default: { metrics: [{ name: probed, path: '{.*}', type: object, labels: { k: '{.a}' }, values: { v: '{.b}', w: '{}' } }] } }
probe: { targets: ['${url}'] }
limits: { maxBytes: ${budget} }`);
  const socket = createSocket('udp4');
  onTestFinished(() => void socket.close());
  const probe = `/probe?target=${encodeURIComponent(`${url}/json`)}`;
  const feed = (now: Round) => {
    state.now = now;
    for (const text of now.packets) socket.send(text, port, '127.0.0.1');
    appendFileSync(log, now.logLines.map((text) => `${text}\n`).join(''));
  };
  return { adapter, probe, feed };
}

const accepts = {
  text: 'text/plain;version=0.0.4',
  openMetrics: 'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8',
  protobuf: 'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited',
};

/** Get a path in every format and parse the pages. Returns false if the response is an error with its reason. */
async function checkPages(adapter: TestAdapter, path: string): Promise<boolean> {
  const answer = await adapter.get(path, { accept: accepts.text });
  const text = await answer.text();
  if ([400, 503].includes(answer.status)) return false;
  expect(answer.status).toBe(200);
  const { status, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
  // 3 is a complaint of its linter about names of the source.
  if (status !== 0 && status !== 3) throw new Error(`promtool: ${stderr}`);
  const errors: string[] = [];
  const collector = new ExpositionCollector({
    snapshot: new Snapshot({ seriesPerMetric: 1e6, seriesPerSource: 1e6 }, () => undefined),
    relabel: () => true,
    honorTimestamps: true,
    onError: (reason) => errors.push(reason),
  });
  const openMetrics = await (await adapter.get(path, { accept: accepts.openMetrics })).text();
  await parseExposition(openMetrics, true, collector);
  await parseProtobuf(
    Buffer.from(await (await adapter.get(path, { accept: accepts.protobuf })).arrayBuffer()),
    collector,
  );
  expect(errors).toEqual([]);
  return true;
}

async function seriesBytes(adapter: TestAdapter): Promise<number> {
  const [line = ''] = await adapter.samples('adapter_series_bytes');
  return Number(line.split(' ')[1]);
}

test(
  'for all inputs every page parses, Prometheus accepts it, a health check costs little and memory is bounded',
  async () => {
    const { adapter, probe, feed } = await startFuzzed();
    const prometheus = await startPrometheus(adapter.url, { pod: '/metrics', probe });
    await waitFor('the first scrape', async () => (await prometheus.lastErrors()).pod === '');
    const before = heapUsed();
    const check = fc.asyncProperty(round, async (now) => {
      feed(now);
      expect(await checkPages(adapter, '/metrics')).toBe(true);
      await checkPages(adapter, probe);
      const cpu = await measureCpuTime(async () => expect((await adapter.get('/-/healthy')).status).toBe(200));
      // Prometheus scrapes meanwhile, and the slower the machine the more of that is in this time.
      expect(cpu).toBeLessThan(deadline(100));
      expect(await seriesBytes(adapter)).toBeLessThan(1.1 * budget);
      const { pod } = await prometheus.lastErrors();
      // On a busy machine a scrape may take longer than its second. Only an unreadable page is a failure.
      expect(pod).toMatch(/^$|context deadline exceeded/);
    });
    const long = { numRuns: 1e9, interruptAfterTimeLimit: minutes * 60_000, markInterruptAsFailure: false };
    await fc.assert(check, { seed: 17, ...(minutes > 0 ? { ...long, seed: Date.now() } : { numRuns: 40 }) });
    expect(heapUsed() - before).toBeLessThan(64_000_000);
  },
  deadline(120_000 + minutes * 60_000),
);
