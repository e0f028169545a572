import type { SelfMetric } from '../self-metric.ts';
import type { LogCounts } from './counts.ts';

/** The metrics of a source of log lines. */
export function logMetrics(source: string, counts: LogCounts, files: number): SelfMetric[] {
  const one = (type: SelfMetric['type'], name: string, help: string, value: number): SelfMetric => ({
    name: `logs_${name}`,
    help,
    type,
    samples: [{ labels: { source }, value }],
  });
  const many = (name: string, help: string, label: string, values: ReadonlyMap<string, number>): SelfMetric => ({
    name: `logs_${name}`,
    help,
    type: 'counter',
    samples: [...values].map(([key, value]) => ({ labels: { source, [label]: key }, value })),
  });
  return [
    one('counter', 'lines_total', 'Lines read, or records of several lines.', counts.lines),
    one('counter', 'lines_matched_total', 'Lines that changed a metric.', counts.matched),
    one('counter', 'lines_malformed_total', 'Lines that do not have the format.', counts.malformed),
    many(
      'conflicts_total',
      'Samples dropped because their metric has another type.',
      'metric',
      counts.conflicts.values,
    ),
    many('sample_errors_total', 'Samples left out.', 'reason', counts.errors),
    many('file_events_total', 'Events of files.', 'event', counts.events),
    one('counter', 'read_errors_total', 'Failed attempts to read.', counts.readErrors),
    one('gauge', 'files', 'Files being read.', files),
  ];
}
