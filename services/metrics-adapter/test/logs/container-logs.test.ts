import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { parseYaml } from '@podkit/chassis/config/yaml';
import { createLogger } from '@podkit/chassis/log/logger';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { expect, onTestFinished, test } from 'vitest';
import { logsSchema } from '../../src/logs/config.ts';
import { LogsSource } from '../../src/logs/logs-source.ts';
import { SeriesStore } from '../../src/series/store.ts';
import { TailMemory } from '../../src/tail/tail-memory.ts';
import { MemorySink } from '../support/memory-sink.ts';

const log = createLogger({ service: 'test', version: '0', level: 'silent' });
const time = '2026-11-29T05:45:00.5Z';

/** A folder as the kubelet's `/var/log/pods`, with a container's log in it. */
function podLog(name = 'shop_web-0_uid/app/0.log'): { folder: string; path: string } {
  const folder = tempDir();
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  return { folder, path };
}

const parseConfig = (yaml: string) =>
  parseYaml(logsSchema, `name: test\npollInterval: 20ms\n${yaml}`, 'logs.yaml').value;

async function start(yaml: string, sink = new MemorySink(), memory = new TailMemory()) {
  const source = new LogsSource({ config: parseConfig(yaml), sink, log, stdin: new PassThrough(), memory });
  await source.start();
  onTestFinished(() => source.stop());
  const expectValues = async (expected: Record<string, number>) => {
    await waitFor('the values', () => JSON.stringify(sink.values) === JSON.stringify(expected)).catch(() => undefined);
    expect(sink.values).toEqual(expected);
  };
  return { source, sink, memory, expectValues };
}

test("a container's log gives its Pod as labels, whatever the format of the lines inside", async () => {
  const { folder, path } = podLog();
  writeFileSync(path, `${time} stdout P {"status":\n${time} stderr F oops\n${time} stdout F 200}\nno CRI\n`);
  const { expectValues, source } = await start(`
files: ['${folder}/**/*.log']
cri: true
format: json
rules:
- where: { kubernetes.container: app }
  metrics:
  - { name: answers, type: counter, labels: { namespace: '\${kubernetes.namespace}', pod: '\${kubernetes.pod}', status: $status } }
`);
  await expectValues({ 'answers{namespace="shop",pod="web-0",status="200"}': 1 });
  const malformed = (await source.selfMetrics()).find(({ name }) => name === 'logs_lines_malformed_total');
  expect(malformed?.samples[0]?.value).toBe(2);
});

test('a record that is read partly before a reload is counted once', async () => {
  const { folder, path } = podLog();
  const yaml = (name: string) => `
files: ['${folder}/**/*.log']
cri: true
rules: [{ match: '^begin (?P<rest>.*) end$', metrics: [{ name: ${name}, type: counter, labels: { rest: $rest } }] }]
`;
  writeFileSync(path, `${time} stdout F begin first end\n${time} stdout P begin in \n`);
  const first = await start(yaml('before'));
  await first.expectValues({ 'before{rest="first"}': 1 });
  await first.source.stop();
  appendFileSync(path, `${time} stdout F two end\n`);
  const second = await start(yaml('after'), first.sink, first.memory);
  await second.expectValues({ 'before{rest="first"}': 1, 'after{rest="in two"}': 1 });
  expect(second.sink.values).not.toHaveProperty('after{rest="two"}');
});

test('files that a glob excludes are not read, by their path or by their name', async () => {
  const folder = tempDir();
  mkdirSync(join(folder, 'debug'));
  for (const name of ['a.log', 'a.log.gz', 'debug/b.log']) writeFileSync(join(folder, name), 'line\n');
  const { expectValues, source } = await start(`
files: ['${folder}/**/*log*']
exclude: ['*.gz', '${folder}/debug/**']
rules: [{ match: line, metrics: [{ name: lines, type: counter }] }]
`);
  await expectValues({ lines: 1 });
  const files = (await source.selfMetrics()).find(({ name }) => name === 'logs_files');
  expect(files?.samples[0]?.value).toBe(1);
});

test.each([
  ['json', '{"n":5}\n'],
  ['logfmt', 'n=5\n'],
  ['csv', 'n,m\n5,6\n'],
])('a byte order mark before %s is not part of its first line', async (format, text) => {
  const path = join(tempDir(), 'windows.log');
  writeFileSync(path, `\uFEFF${text}`);
  const { expectValues } = await start(
    `files: ['${path}']\nformat: ${format}\nrules: [{ metrics: [{ name: n, type: gauge, value: $n }] }]`,
  );
  await expectValues({ n: 5 });
});

test('a time in a line is a value or the timestamp of its sample; an older value is ignored', async () => {
  const path = join(tempDir(), 'app.log');
  writeFileSync(path, '29/Nov/2026:06:00:02 +0100 12ms\n29/Nov/2026:06:00:01 +0100 99ms\nyesterday 1s\n');
  const store = new SeriesStore();
  const config = parseConfig(`
files: ['${path}']
rules:
- match: '^(?P<time>\\S+(?: \\+\\d+)?) (?P<took>\\S+)$'
  metrics:
  - { name: last_seconds, type: gauge, value: $time, valueFormat: time, timeFormat: 'dd/MMM/yyyy:HH:mm:ss ZZZ' }
  - { name: took_seconds, type: gauge, value: $took, timestamp: $time, timeFormat: 'dd/MMM/yyyy:HH:mm:ss ZZZ', where: { time: '\\d.*' } }
  - { name: all_seconds, type: counter, value: $took, timestamp: $time, timeFormat: 'dd/MMM/yyyy:HH:mm:ss ZZZ' }
`);
  const sink = store.sink('test', { seriesPerMetric: 10, seriesPerSource: 10 });
  const source = new LogsSource({ config, sink, log, stdin: new PassThrough(), memory: new TailMemory() });
  await source.start();
  onTestFinished(() => source.stop());
  const errors = async () =>
    (await source.selfMetrics()).find(({ name }) => name === 'logs_sample_errors_total')?.samples;
  await waitFor('the last line', async () => (await errors())?.length === 2);
  const second = Date.parse('2026-11-29T05:00:01Z') / 1000;
  const points = store.families().map(({ name, series }) => [name, series.get('')]);
  expect(Object.fromEntries(points)).toMatchObject({
    last_seconds: { value: second, timestamp: undefined },
    took_seconds: { value: 0.012, timestamp: (second + 1) * 1000 },
    all_seconds: { value: 0.012 + 0.099 + 1, timestamp: (second + 1) * 1000 },
  });
  expect((await errors())?.map(({ labels, value }) => [labels.reason, value])).toEqual([
    ['value', 1],
    ['timestamp', 1],
  ]);
});
