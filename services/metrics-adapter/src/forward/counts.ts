import type { SelfMetric } from '../self-metric.ts';

/** Counts of a source that forwards lines. */
export class ForwardCounts {
  lines = 0;
  sent = 0;
  /** Dropped because the buffer was full. */
  dropped = 0;
  /** Refused by the server permanently. */
  rejected = 0;
  failures = 0;
  readErrors = 0;
}

/** The counts as metrics. */
export function forwardMetrics(
  source: string,
  counts: ForwardCounts,
  now: { files: number; bufferedBytes: number; bufferedBatches: number },
): SelfMetric[] {
  const metric = (type: SelfMetric['type'], name: string, help: string, value: number): SelfMetric => ({
    name: `forward_${name}`,
    help,
    type,
    samples: [{ labels: { source }, value }],
  });
  return [
    metric('counter', 'lines_total', 'Lines read.', counts.lines),
    metric('counter', 'lines_sent_total', 'Lines that were delivered.', counts.sent),
    metric('counter', 'lines_dropped_total', 'Lines dropped because the buffer was full.', counts.dropped),
    metric('counter', 'lines_rejected_total', 'Lines that the server refused permanently.', counts.rejected),
    metric('counter', 'failures_total', 'Requests that failed and are repeated.', counts.failures),
    metric('counter', 'read_errors_total', 'Failed attempts to read.', counts.readErrors),
    metric('gauge', 'files', 'Files being read.', now.files),
    metric('gauge', 'buffered_bytes', 'Bytes on disk that wait to be sent.', now.bufferedBytes),
    metric('gauge', 'buffered_batches', 'Batches on disk that wait to be sent.', now.bufferedBatches),
  ];
}
