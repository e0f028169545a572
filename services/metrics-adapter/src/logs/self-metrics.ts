import { type SelfMetric, sourceMetrics } from '../self-metric.ts';
import type { LogCounts } from './counts.ts';

/** The metrics of a source of log lines. */
export function logMetrics(source: string, counts: LogCounts, files: number): SelfMetric[] {
  const { counter, gauge } = sourceMetrics('logs', source);
  const { conflicts } = counts;
  return [
    counter('lines', 'Lines read, or records of several lines.', counts.lines),
    counter('lines_matched', 'Lines that changed a metric.', counts.matched),
    counter('lines_malformed', 'Lines that do not have the format.', counts.malformed),
    counter('conflicts', 'Samples dropped because their metric has another type.', conflicts.values, 'metric'),
    counter('sample_errors', 'Samples left out.', counts.errors.values, 'reason'),
    counter(
      'file_events',
      'Events of files: opened, rotated, truncated, removed or cut.',
      counts.events.values,
      'event',
    ),
    counter('read_errors', 'Failed attempts to read.', counts.readErrors),
    gauge('files', 'Files being read.', files),
  ];
}
