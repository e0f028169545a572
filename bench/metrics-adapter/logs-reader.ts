import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { parseYaml } from '@podkit/chassis/config/yaml';
import { createLogger } from '@podkit/chassis/log/logger';
import { logsSchema } from '../../services/metrics-adapter/src/logs/config.ts';
import { LogsSource } from '../../services/metrics-adapter/src/logs/logs-source.ts';
import { SeriesStore } from '../../services/metrics-adapter/src/series/store.ts';
import { TailMemory } from '../../services/metrics-adapter/src/tail/tail-memory.ts';

/** What the reader reports: matched lines, CPU time and memory. */
export type Report = { matched: number; cpuMicroseconds: number; rss: number };

const counter = (name: string, labels: Record<string, string>) => ({ name, type: 'counter', labels });
const { value: config } = parseYaml(
  logsSchema,
  JSON.stringify({
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
  'bench.yaml',
);

/** The simplest program for the job: Node's readline, the same regexes, and counts by label values in a Map. */
async function readPlainly(path: string): Promise<Report> {
  const regexes = config.rules.map(({ match = '' }) => new RegExp(match.replaceAll('?P<', '?<')));
  const counts = new Map<string, number>();
  let matched = 0;
  for await (const line of createInterface({ input: createReadStream(path) })) {
    for (const regex of regexes) {
      const groups = regex.exec(line)?.groups;
      if (groups === undefined) continue;
      const key = [groups.method, groups.status, groups.level, groups.job, groups.outcome].join(' ');
      counts.set(key, (counts.get(key) ?? 0) + 1);
      matched += 1;
    }
  }
  return makeReport(matched);
}

function makeReport(matched: number): Report {
  const { user, system } = process.cpuUsage();
  return { matched, cpuMicroseconds: user + system, rss: process.memoryUsage.rss() };
}

async function follow(): Promise<void> {
  const sink = new SeriesStore().sink('bench', { seriesPerMetric: 10_000, seriesPerSource: 100_000 });
  const log = createLogger({ service: 'bench', version: '0', level: 'warn' });
  const source = new LogsSource({ config, sink, log, stdin: new PassThrough(), memory: new TailMemory() });
  const matched = async () => {
    const metrics = await source.selfMetrics();
    return metrics.find(({ name }) => name === 'logs_lines_matched_total')?.samples[0]?.value ?? 0;
  };
  await source.start();
  process.on('message', () => void matched().then((lines) => process.send?.(makeReport(lines))));
}

process.on('disconnect', () => process.exit(0));
if (process.argv[3] === 'plain') process.send?.(await readPlainly(process.argv[2] ?? ''));
else await follow();
