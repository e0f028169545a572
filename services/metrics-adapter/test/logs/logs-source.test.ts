import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { parseYaml } from '@podkit/chassis/config/yaml';
import { createLogger } from '@podkit/chassis/log/logger';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { expect, onTestFinished, test } from 'vitest';
import { type LogsConfig, logsSchema } from '../../src/logs/config.ts';
import { LogsSource } from '../../src/logs/logs-source.ts';
import { TailMemory } from '../../src/tail/tail-memory.ts';
import { MemorySink } from '../support/memory-sink.ts';

const log = createLogger({ service: 'test', version: '0', level: 'silent' });

function make(yaml: string, more: Partial<LogsConfig> = {}) {
  const { value } = parseYaml(logsSchema, `name: test\n${yaml}`, 'logs.yaml');
  const config = { ...value, pollInterval: 20, ...more };
  const sink = new MemorySink();
  const stdin = new PassThrough();
  return { sink, stdin, source: new LogsSource({ config, sink, log, stdin, memory: new TailMemory() }) };
}

async function start(yaml: string, more: Partial<LogsConfig> = {}) {
  const { sink, stdin, source } = make(yaml, more);
  await source.start();
  onTestFinished(() => source.stop());
  const self = async (name: string) =>
    (await source.selfMetrics()).find((metric) => metric.name === `logs_${name}`)?.samples;
  const expectValues = async (expected: Record<string, number | string>) => {
    await waitFor(JSON.stringify(expected), () => JSON.stringify(sink.values) === JSON.stringify(expected)).catch(
      () => undefined,
    );
    expect(sink.values).toEqual(expected);
  };
  return { sink, stdin, source, self, expectValues };
}

test('the adapter case of the Kubernetes patterns: a CSV log becomes a counter and a sum, incrementally', async () => {
  const path = join(tempDir(), 'random.log');
  writeFileSync(path, '1700000000,u1,1500000000,42\n1700000001,u1,500000000,7\n');
  const { expectValues } = await start(
    `
format: csv
csv: { columns: [time, id, nanoseconds, value] }
rules:
- metrics:
  - { name: random_generator_count, type: counter }
  - { name: random_generator_seconds_total, type: counter, value: $nanoseconds, scale: 1e-9 }
`,
    { files: [path] },
  );
  await expectValues({ random_generator_count: 2, random_generator_seconds_total: 2 });
  appendFileSync(path, '1700000002,u1,1000000000,1\n');
  await expectValues({ random_generator_count: 3, random_generator_seconds_total: 3 });
});

test('named groups become labels and values of every type of metric', async () => {
  const path = join(tempDir(), 'access.log');
  writeFileSync(path, 'GET /a 200 120 0.5\nPOST /b 503 80 1.5\nrubbish\n');
  const { expectValues, sink, self } = await start(
    `
rules:
- match: '^(?P<method>[A-Z]+) (?P<path>\\S+) (?P<status>\\d{3}) (?P<bytes>\\d+) (?P<seconds>[0-9.]+)$'
  metrics:
  - { name: requests_total, type: counter, labels: { method: $method, class: '\${status}' } }
  - { name: bytes_total, type: counter, value: $bytes }
  - { name: last_seconds, type: gauge, value: $seconds }
  - { name: sum_seconds, type: gauge, operation: add, value: $seconds }
  - { name: duration_seconds, type: histogram, value: $seconds, buckets: [1, 0.1] }
  - { name: duration_quantiles, type: summary, value: $seconds }
  - { name: errors_total, type: counter, where: { status: '5..' }, unless: { path: '/ignored.*' } }
`,
    { files: [path] },
  );
  await expectValues({
    'requests_total{class="200",method="GET"}': 1,
    bytes_total: 200,
    last_seconds: 1.5,
    sum_seconds: 2,
    duration_seconds: '0.5×1 1.5×1',
    duration_quantiles: '0.5×1 1.5×1',
    'requests_total{class="503",method="POST"}': 1,
    errors_total: 1,
  });
  expect(sink.specs.get('duration_seconds')).toMatchObject({ type: 'histogram', buckets: [0.1, 1] });
  expect([await self('lines_total'), await self('lines_matched_total')]).toMatchObject([
    [{ value: 3 }],
    [{ value: 2 }],
  ]);
});

test('rules are applied in order, and one with stop ends the search', async () => {
  const path = join(tempDir(), 'app.log');
  writeFileSync(path, 'debug noise\nerror boom\n');
  const { expectValues } = await start(
    `
rules:
- { match: '^debug', stop: true, metrics: [] }
- { match: '^(\\w+)', metrics: [{ name: lines_total, type: counter, labels: { level: $1 } }] }
`,
    { files: [path] },
  );
  await expectValues({ 'lines_total{level="error"}': 1 });
});

test('logfmt and JSON lines are read by field', async () => {
  const directory = tempDir();
  const logfmt = join(directory, 'a.logfmt');
  const json = join(directory, 'a.json');
  writeFileSync(logfmt, 'level=info took=12 msg="a b"\n\n');
  writeFileSync(json, '{"level":"warn","req":{"ms":250}}\nnot json\n');
  const first = await start(
    'format: logfmt\nrules: [{ metrics: [{ name: took, type: gauge, value: $took, labels: { msg: $msg } }] }]',
    { files: [logfmt] },
  );
  const second = await start(
    "format: json\nrules: [{ where: { level: warn }, metrics: [{ name: s, type: histogram, value: '${req.ms}', scale: 0.001 }] }]",
    { files: [json] },
  );
  await first.expectValues({ 'took{msg="a b"}': 12 });
  await second.expectValues({ s: '0.25×1' });
  expect(await second.self('lines_malformed_total')).toMatchObject([{ value: 1 }]);
});

test('several lines become one record', async () => {
  const path = join(tempDir(), 'app.log');
  writeFileSync(path, '2026 error boom\n  at a\n  at b\n2026 info fine\n');
  const { expectValues } = await start(
    `
multiline: { start: '^\\d{4} ', timeout: 100ms }
rules:
- match: '(?s)^\\d+ (?P<level>\\w+).*?(?:at (?P<frame>\\w+))?$'
  metrics: [{ name: records_total, type: counter, labels: { level: $level } }]
- match: 'at (\\w+)'
  metrics: [{ name: traces_total, type: counter, labels: { top: $1 } }]
`,
    { files: [path] },
  );
  await expectValues({
    'records_total{level="error"}': 1,
    'traces_total{top="a"}': 1,
    'records_total{level="info"}': 1,
  });
});

test('standard input is a source', async () => {
  const { stdin, expectValues } = await start("rules: [{ match: 'x', metrics: [{ name: x_total, type: counter }] }]", {
    stdin: true,
  });
  stdin.write('x\nno\nx');
  stdin.end();
  await expectValues({ x_total: 2 });
});

test('values that are not numbers, or negative for a counter, are counted as errors', async () => {
  const path = join(tempDir(), 'app.log');
  writeFileSync(path, 'v=NaN\nv=-1\nv=1e308\nv=abc\nv=0x10\nv=Infinity\nv=2\n');
  const { expectValues, self } = await start(
    'format: logfmt\nrules: [{ metrics: [{ name: v_total, type: counter, value: $v }] }]',
    { files: [path] },
  );
  await expectValues({ v_total: 2 });
  const reasons = Object.fromEntries(
    ((await self('sample_errors_total')) ?? []).map(({ labels, value }) => [labels.reason, value]),
  );
  expect(reasons).toEqual({ value: 5, negative_counter: 1 });
});

test('a line that is slow for a backtracking regex engine costs little', async () => {
  const path = join(tempDir(), 'app.log');
  writeFileSync(path, `${'a'.repeat(60)}!\n`.repeat(20).concat('end\n'));
  const { expectValues } = await start(
    "rules: [{ match: '^(a+)+$', metrics: [{ name: a, type: counter }] }, { match: end, metrics: [{ name: b, type: counter }] }]",
    { files: [path] },
  );
  await expectValues({ b: 1 });
});

test('a source continues after a reload where the earlier one of its name stopped', async () => {
  const path = join(tempDir(), 'app.csv');
  const memory = new TailMemory();
  const sink = new MemorySink();
  const config = (name: string) =>
    parseYaml(
      logsSchema,
      `{ name: a, files: [${path}], pollInterval: 20ms, format: csv, rules: [{ metrics: [{ name: ${name}, type: counter, value: $v }] }] }`,
      'logs.yaml',
    ).value;
  const first = new LogsSource({ config: config('first'), sink, log, stdin: new PassThrough(), memory });
  writeFileSync(path, 'k,v\na,1\na,2\na,');
  await first.start();
  await waitFor('the first lines', () => sink.values.first === 3);
  await first.stop();
  appendFileSync(path, '4\na,8\n');
  const second = new LogsSource({ config: config('second'), sink, log, stdin: new PassThrough(), memory });
  await second.start();
  await waitFor('the other lines', () => sink.values.second === 12);
  await second.stop();
  appendFileSync(path, 'a,16\n');
  await first.start();
  onTestFinished(() => first.stop());
  await waitFor('the line after going back', () => sink.values.first === 19);
  expect(sink.values).toEqual({ first: 19, second: 12 });
});

test.each([
  [
    "rules: [{ match: '(a', metrics: [] }]",
    'rules[0]: regular expression "(a": error parsing regexp: missing closing )',
  ],
  [
    "rules: [{ match: '(?P<a>x)', metrics: [{ name: x, type: counter, labels: { l: $b } }] }]",
    'rules[0]: $b: no such group; the groups are a',
  ],
  ['rules: [{ metrics: [] }]', 'match: needed for format regex'],
  ['format: json\nrules: [{ match: x, metrics: [] }]', 'match: only for format regex'],
  ['rules: [{ match: x, metrics: [{ name: g, type: gauge }] }]', 'g: a gauge needs a value'],
  [
    'rules: [{ match: (x), metrics: [{ name: h, type: histogram, value: $1, timestamp: $1 }] }]',
    'h: a histogram takes no timestamp',
  ],
  ['rules: [{ match: x, metrics: [{ name: g, type: gauge, value: 1, timeZone: Mars }] }]', '"Mars" is not a time zone'],
  [
    'rules: [{ match: (x), metrics: [{ name: h, type: histogram, value: $1, labels: { le: $1 } }] }]',
    'h: a histogram has its own label le',
  ],
  ['cri: true\nformat: csv\nrules: []', 'csv.columns: needed with cri'],
  ['rules: [{ match: x, metrics: [{ name: g, type: counter, ttl: soon }] }]', '"soon" is not a duration'],
  ['rules: [{ match: x, metrics: [{ name: 1g, type: counter }] }]', 'logs.yaml:2:'],
  ["multiline: { start: '(' }\nrules: []", 'logs test: regular expression "("'],
  ['rules: []', 'logs test: files: is empty, and stdin is off'],
])('%j is refused with the reason', (yaml, reason) => {
  expect(() => make(yaml, yaml === 'rules: []' ? {} : { files: ['/x'] })).toThrow(reason);
});
