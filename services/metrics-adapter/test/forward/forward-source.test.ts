import { appendFileSync, chmodSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { createLogger } from '@podkit/chassis/log/logger';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { expect, onTestFinished, test } from 'vitest';
import { forwardSchema } from '../../src/forward/config.ts';
import { ForwardSource } from '../../src/forward/forward-source.ts';
import { formatRecord } from '../../src/forward/record.ts';
import { TailMemory } from '../../src/tail/tail-memory.ts';
import { startCollector } from '../support/log-collector.ts';
import { parseSource } from '../support/parse-source.ts';

const log = createLogger({ service: 'test', version: '0', level: 'silent' });

async function start(config: object) {
  const given = {
    name: 'ship',
    pollInterval: '20ms',
    flushInterval: '20ms',
    retryMin: '10ms',
    retryMax: '50ms',
    ...config,
  };
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const source = new ForwardSource({
    config: parseSource(forwardSchema, given),
    log,
    stdin,
    stdout,
    memory: new TailMemory(),
  });
  await source.start();
  onTestFinished(() => source.stop());
  const self = async (name: string) =>
    (await source.selfMetrics()).find((metric) => metric.name === `forward_${name}`)?.samples[0]?.value;
  return { source, stdin, stdout, self };
}

const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => `line ${from + index}`);
const logText = (lines: string[]) => `${lines.join('\n')}\n`;

test('lines are written to standard output as JSON, with their own fields', async () => {
  const directory = tempDir();
  const path = join(directory, 'app.json');
  writeFileSync(path, '{"level":"info","id":9007199254740993}\nplain\n');
  const { stdout, stdin } = await start({ files: [path], stdin: true, format: 'json', fields: { app: 'web' } });
  stdin.write('from stdin\n');
  let output = '';
  stdout.on('data', (chunk: Buffer) => (output += String(chunk)));
  await waitFor('three lines', () => output.split('\n').length === 4);
  expect(output).toContain(`"source":"ship","path":"${path}","app":"web","level":"info","id":9007199254740993}`);
  expect(output).toContain(`"path":"${path}","app":"web","message":"plain"}`);
  expect(output).toContain('"path":"-","app":"web","message":"from stdin"}');
});

test('a JSON line nested too deeply to be written becomes a message', () => {
  const line = `{"a":${'['.repeat(30_000)}${']'.repeat(30_000)}}`;
  const record = formatRecord(line, { path: 'p', readAt: new Date() }, { source: 's', format: 'json', fields: {} });
  expect(JSON.parse(record)).toMatchObject({ message: line });
});

test('lines arrive over HTTP once and in order, in batches', async () => {
  const sink = await startCollector();
  const directory = tempDir();
  const path = join(directory, 'app.log');
  const token = join(directory, 'token');
  writeFileSync(path, logText(numbers(0, 250)));
  writeFileSync(token, 'Bearer secret\n');
  const { self } = await start({
    files: [path],
    url: sink.url,
    directory: join(directory, 'buffer'),
    batchLines: 100,
    headers: { 'x-tenant': 'a' },
    headerFiles: { authorization: token },
  });
  await waitFor('all lines', () => sink.messages().length >= 250);
  expect(sink.messages()).toEqual(numbers(0, 250));
  expect(sink.requests[0]?.headers).toMatchObject({
    'x-tenant': 'a',
    authorization: 'Bearer secret',
    'idempotency-key': 'ship-1',
  });
  await waitFor('all lines to count as sent', async () => (await self('lines_sent_total')) === 250);
  expect(await self('buffered_batches')).toBe(0);
});

test('a batch is sent again until the server accepts it', async () => {
  const sink = await startCollector([500, 429, 401]);
  const directory = tempDir();
  const path = join(directory, 'app.log');
  writeFileSync(path, logText(numbers(0, 10)));
  const { self } = await start({ files: [path], url: sink.url, directory: join(directory, 'buffer'), gzip: false });
  await waitFor('all lines', () => sink.messages().length >= 10);
  expect(sink.messages()).toEqual(numbers(0, 10));
  expect(new Set(sink.requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  expect(await self('failures_total')).toBe(3);
});

test('a batch that the server refuses is dropped and counted, and the next one is sent', async () => {
  const sink = await startCollector([400]);
  const directory = tempDir();
  const path = join(directory, 'app.log');
  writeFileSync(path, logText(numbers(0, 20)));
  const { self } = await start({ files: [path], url: sink.url, directory: join(directory, 'buffer'), batchLines: 10 });
  await waitFor('the second batch', () => sink.messages().length >= 10);
  expect(sink.messages()).toEqual(numbers(10, 20));
  expect(await self('lines_rejected_total')).toBe(10);
});

test('while the server is away batches wait on disk, and the oldest are dropped if there is no room', async () => {
  const sink = await startCollector(Array.from({ length: 10_000 }, () => 503));
  const directory = tempDir();
  const path = join(directory, 'app.log');
  const buffer = join(directory, 'buffer');
  writeFileSync(path, logText(numbers(0, 1000)));
  const { self } = await start({
    files: [path],
    url: sink.url,
    directory: buffer,
    batchLines: 50,
    maxBufferBytes: 30_000,
  });
  await waitFor(
    'lines to be dropped',
    async () => (await self('lines_total')) === 1000 && Number(await self('lines_dropped_total')) > 0,
  );
  expect(await self('buffered_bytes')).toBeLessThanOrEqual(30_000);
  sink.answer.length = 0;
  await waitFor('the rest', () => sink.messages().includes('line 999'));
  const dropped = Number(await self('lines_dropped_total'));
  expect(sink.messages().length).toBe(1000 - dropped);
  expect(sink.messages()).toEqual(sink.messages().toSorted((a, b) => Number(a.slice(5)) - Number(b.slice(5))));
});

test('after a restart no line is missing or sent twice, also in a file that was rotated meanwhile', async () => {
  const sink = await startCollector(Array.from({ length: 10_000 }, () => 503));
  const directory = tempDir();
  const path = join(directory, 'app.log');
  const buffer = join(directory, 'buffer');
  const config = { files: [path], url: sink.url, directory: buffer, batchLines: 7 };
  writeFileSync(path, logText(numbers(0, 30)));
  const first = await start(config);
  await waitFor('batches on disk', async () => (await first.self('buffered_batches')) === 5);
  appendFileSync(path, 'line 30\nline ');
  await first.source.stop();
  appendFileSync(path, '31\n');
  renameSync(path, `${path}.1`);
  writeFileSync(path, logText(numbers(32, 40)));
  sink.answer.length = 0;
  await start(config);
  await waitFor('all lines', () => sink.messages().length >= 40);
  expect(sink.messages()).toEqual(numbers(0, 40));
});

test('a directory that cannot be used is an error, and so is a missing one', async () => {
  const directory = tempDir();
  writeFileSync(join(directory, 'file'), '');
  await expect(start({ files: ['/x'], url: 'http://127.0.0.1:1', directory: join(directory, 'file') })).rejects.toThrow(
    `forward: directory ${join(directory, 'file')} cannot be used: EEXIST`,
  );
  await expect(start({ files: ['/x'], url: 'http://127.0.0.1:1' })).rejects.toThrow('directory: needed with url');
  await expect(start({})).rejects.toThrow('files: is empty, and stdin is off');
});

test('only the owner can read the files of the buffer, and unfinished files are removed', async () => {
  const sink = await startCollector(Array.from({ length: 10_000 }, () => 503));
  const directory = tempDir();
  const path = join(directory, 'app.log');
  const buffer = join(directory, 'buffer');
  writeFileSync(path, 'secret\n');
  const first = await start({ files: [path], url: sink.url, directory: buffer });
  await waitFor('a batch', async () => (await first.self('buffered_batches')) === 1);
  await first.source.stop();
  writeFileSync(join(buffer, '000000000009-1.batch.tmp'), 'half');
  chmodSync(path, 0o600);
  const second = await start({ files: [path], url: sink.url, directory: buffer });
  expect(readdirSync(buffer).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  expect(await second.self('buffered_batches')).toBe(1);
});
