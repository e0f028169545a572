import { PassThrough } from 'node:stream';
import { createLogger } from '@podkit/chassis/log';
import { Value } from 'typebox/value';
import { logsSchema } from '../../services/metrics-adapter/src/logs/config.ts';
import { LogsSource } from '../../services/metrics-adapter/src/logs/logs-source.ts';
import { SeriesStore } from '../../services/metrics-adapter/src/series/store.ts';

/** What the reading process says after each question: lines that counted, what they cost, and its memory. */
export type Report = { matched: number; cpuMicroseconds: number; rss: number };

const counter = (name: string, labels: Record<string, string>) => ({ name, type: 'counter', labels });
const config = Value.Parse(
  logsSchema,
  Value.Default(logsSchema, {
    name: 'bench',
    files: [process.argv[2] ?? ''],
    rules: [
      {
        match:
          '^(\\S+) - - \\[[^\\]]+\\] "(?P<method>[A-Z]+) (?P<path>\\S+) HTTP/[\\d.]+" (?P<status>\\d{3}) (?P<bytes>\\d+)',
        metrics: [counter('requests_total', { method: '$method', status: '$status' })],
      },
      { match: '^level=(?P<level>\\w+) .*took=(?P<ms>\\d+)ms', metrics: [counter('logs_total', { level: '$level' })] },
      {
        match: 'job (?P<job>\\w+) (?P<outcome>done|failed)$',
        metrics: [counter('jobs_total', { job: '$job', outcome: '$outcome' })],
      },
    ],
  }),
);

const sink = new SeriesStore().sink('bench', { seriesPerMetric: 10_000, seriesPerSource: 100_000 });
const log = createLogger({ service: 'bench', version: '0', level: 'warn' });
const source = new LogsSource({ config, sink, log, stdin: new PassThrough() });
await source.start();

async function answer(): Promise<void> {
  const matched =
    (await source.selfMetrics()).find(({ name }) => name === 'logs_lines_matched_total')?.samples[0]?.value ?? 0;
  const { user, system } = process.cpuUsage();
  process.send?.({ matched, cpuMicroseconds: user + system, rss: process.memoryUsage.rss() } satisfies Report);
}

process.on('message', () => void answer());
process.on('disconnect', () => process.exit(0));
