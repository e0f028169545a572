import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@podkit/chassis/testing/free-port';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { expect, onTestFinished, test } from 'vitest';
import { FileSlots } from '../../src/tail/file-slots.ts';
import { Tailer } from '../../src/tail/tailer.ts';
import { heapUsed } from '../support/heap.ts';

const numbers = (count: number) => Array.from({ length: count }, (_, at) => at);

test('with more files than may be open each line is read once, also after rotations', async () => {
  const folder = tempDir();
  const paths = numbers(12).map((at) => join(folder, `${at}.log`));
  for (const path of paths) writeFileSync(path, `first\n`);
  const lines: string[] = [];
  const errors: unknown[] = [];
  const tailer = new Tailer({
    files: [join(folder, '*.log')],
    exclude: [],
    slots: new FileSlots(3),
    positions: [],
    from: 'beginning',
    maxLineBytes: 1024,
    rotateWait: 100,
    pollInterval: 20,
    onLine: (line) => lines.push(line),
    onEvent: () => undefined,
    onError: (error) => errors.push(error),
  });
  await tailer.start();
  onTestFinished(() => tailer.stop());
  await waitFor('the first lines', () => lines.length === 12);
  for (const path of paths) {
    appendFileSync(path, 'second\n');
    renameSync(path, `${path}.1`);
    writeFileSync(path, 'third\n');
  }
  await waitFor('the other lines', () => lines.length >= 36);
  const count = (text: string) => lines.filter((line) => line === text).length;
  expect([count('first'), count('second'), count('third'), errors]).toEqual([12, 12, 12, []]);
});

test('open files that do not change take little memory', async () => {
  const folder = tempDir();
  for (const at of numbers(300)) writeFileSync(join(folder, `${at}.log`), 'line\n');
  let lines = 0;
  const tailer = new Tailer({
    files: [join(folder, '*.log')],
    exclude: [],
    slots: new FileSlots(Number.POSITIVE_INFINITY),
    positions: [],
    from: 'beginning',
    maxLineBytes: 1024,
    rotateWait: 100,
    pollInterval: 1000,
    onLine: () => (lines += 1),
    onEvent: () => undefined,
    onError: () => undefined,
  });
  heapUsed();
  const before = process.memoryUsage().arrayBuffers;
  await tailer.start();
  onTestFinished(() => tailer.stop());
  await waitFor('the lines', () => lines === 300);
  heapUsed();
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(5_000_000);
});

test('300 files are read under ulimit -n 200', async () => {
  const folder = tempDir();
  const paths = numbers(300).map((at) => join(folder, `${at}.log`));
  for (const path of paths) writeFileSync(path, 'line\n');
  const config = join(folder, 'adapter.yaml');
  const rules = "rules: [{ match: '^line', metrics: [{ name: log_lines, type: counter }] }]";
  writeFileSync(config, `logs: [{ name: log, files: ['${folder}/*.log'], ${rules} }]\n`);
  const port = await freePort();
  const main = join(import.meta.dirname, '../../src/main.ts');
  const child = spawn('sh', ['-c', 'ulimit -n 200; exec "$0" "$@"', process.execPath, main], {
    env: { PATH: process.env['PATH'] ?? '', ADAPTER_CONFIG: config, HOST: '127.0.0.1', PORT: String(port) },
    stdio: 'ignore',
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null) await once(child, 'exit');
  });
  const scrape = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  await waitFor('the lines that are there', async () => (await scrape()).includes('\nlog_lines 300\n'));
  for (const path of paths) appendFileSync(path, 'line\n');
  await waitFor('the lines that come', async () => (await scrape()).includes('\nlog_lines 600\n'));
  expect(await scrape()).toContain('\nadapter_logs_read_errors_total{source="log"} 0\n');
});
