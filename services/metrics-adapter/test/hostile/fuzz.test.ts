import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { deadline } from '@podkit/chassis/testing/deadline';
import { freePort } from '@podkit/chassis/testing/free-port';
import fc from 'fast-check';
import protobuf from 'protobufjs/light.js';
import { expect, onTestFinished, test } from 'vitest';
import { parseExposition } from '../../src/prometheus/parse.ts';
import { metricFamilyType } from '../../src/prometheus/protobuf-schema.ts';
import { cpuTimeOf } from '../support/cpu-time.ts';
import { serveApp } from '../support/serve-app.ts';
import { startAdapter, type TestAdapter } from '../support/start-adapter.ts';

/** Minutes of fuzzing; without it a short run, the same each time. */
const minutes = Number(process.env['FUZZ_MINUTES'] ?? 0);

const word = fc.constantFrom(
  'a',
  'a_total',
  'a_count',
  'a_bucket',
  'a_created',
  'my.name',
  'adapter_up',
  'ü',
  '__name__',
  '',
);
const number = fc.oneof(
  fc.double().map(String),
  fc.constantFrom('+Inf', '-Inf', 'NaN', '1e300', '1700000000000000000', '-5', '0x1p4', '1_0', '9'.repeat(400)),
);
const quoted = fc.string({ unit: 'binary', maxLength: 12 }).map((text) => `"${text.replaceAll(/["\\\n]/g, '\\$&')}"`);
const label = fc
  .oneof(
    fc.tuple(
      fc.oneof(word, quoted, fc.constantFrom('le', 'quantile')),
      fc.oneof(
        quoted,
        number.map((text) => `"${text}"`),
      ),
    ),
  )
  .map(([name, value]) => `${name}=${value}`);
const sample = fc
  .tuple(word, fc.array(label, { maxLength: 4 }), number, fc.option(number), fc.boolean())
  .map(
    ([name, labels, value, time, exemplar]) =>
      `${name}{${labels.join(',')}} ${value}${time === null ? '' : ` ${time}`}${exemplar ? ' # {t="1"} 1 2' : ''}`,
  );
const type = fc.constantFrom('counter', 'gauge', 'histogram', 'summary', 'info', 'stateset', 'gaugehistogram', 'x');
const line = fc.oneof(
  { weight: 4, arbitrary: sample },
  { weight: 2, arbitrary: fc.tuple(word, type).map(([name, kind]) => `# TYPE ${name} ${kind}`) },
  fc.tuple(word, fc.string({ unit: 'binary' })).map(([name, help]) => `# HELP ${name} ${help}`),
  fc.string({ unit: 'binary' }),
);
const exposition = fc
  .tuple(fc.array(line, { maxLength: 30 }), fc.boolean())
  .map(([lines, end]) => `${lines.join('\n')}\n${end ? '# EOF\n' : ''}`);
const contentType = fc.constantFrom(
  '',
  'text/plain; version=0.0.4',
  'application/openmetrics-text; version=1.0.0',
  'application/vnd.google.protobuf',
);
const packet = fc
  .tuple(word, number, fc.constantFrom('c', 'g', 'ms', 'h', 'd', 's', 'x'), fc.string({ maxLength: 10 }))
  .map(([name, value, kind, rest]) => `${name}:${value}|${kind}|#le:1,${rest}|@${value}`);
const round = fc.record({
  exposition,
  contentType,
  json: fc.oneof(fc.json(), fc.string()),
  csv: fc.tuple(number, fc.string()).map(([value, name]) => `v,name\n${value},${name}\n`),
  packets: fc.array(packet, { maxLength: 5 }),
});
type Round = typeof round extends fc.Arbitrary<infer Value> ? Value : never;

async function startFuzzed() {
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
statsd: [{ udp: '127.0.0.1:${port}', mapping: { mappings: [{ match: 'my.*', name: a, observer_type: histogram }] } }]`);
  const socket = createSocket('udp4');
  onTestFinished(() => void socket.close());
  return { state, adapter, send: (text: string) => socket.send(text, port, '127.0.0.1') };
}

const accepts = {
  text: 'text/plain;version=0.0.4',
  openMetrics: 'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8',
  protobuf: 'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited',
};

async function checkPages(adapter: TestAdapter): Promise<void> {
  const text = await (await adapter.get('/metrics', { accept: accepts.text })).text();
  const { status, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
  // 3 is a complaint of its linter, about names that are the source's.
  if (status !== 0 && status !== 3) throw new Error(`promtool: ${stderr}`);
  const refused: string[] = [];
  const openMetrics = await (await adapter.get('/metrics', { accept: accepts.openMetrics })).text();
  await parseExposition(openMetrics, true, { sample: () => undefined, refused: (reason) => refused.push(reason) });
  expect(refused).toEqual([]);
  const bytes = Buffer.from(await (await adapter.get('/metrics', { accept: accepts.protobuf })).arrayBuffer());
  const reader = protobuf.Reader.create(bytes);
  while (reader.pos < reader.len) metricFamilyType.decodeDelimited(reader);
}

test(
  'whatever the sources say, every page parses and a probe takes less than 100 ms of CPU time',
  async () => {
    const { state, adapter, send } = await startFuzzed();
    const check = fc.asyncProperty(round, async (now) => {
      state.now = now;
      for (const text of now.packets) send(text);
      await checkPages(adapter);
      const probe = await cpuTimeOf(async () => expect((await adapter.get('/-/healthy')).status).toBe(200));
      expect(probe).toBeLessThan(100);
    });
    const long = { numRuns: 1e9, interruptAfterTimeLimit: minutes * 60_000, markInterruptAsFailure: false };
    await fc.assert(check, { seed: 17, ...(minutes > 0 ? { ...long, seed: Date.now() } : { numRuns: 40 }) });
  },
  deadline(120_000 + minutes * 60_000),
);
