import { type SelfMetric, sourceMetrics } from '../self-metric.ts';

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
  const { counter, gauge } = sourceMetrics('forward', source);
  return [
    counter('lines', 'Lines read.', counts.lines),
    counter('lines_sent', 'Lines that were delivered.', counts.sent),
    counter('lines_dropped', 'Lines dropped because the buffer was full.', counts.dropped),
    counter('lines_rejected', 'Lines that the server refused permanently.', counts.rejected),
    counter('failures', 'Requests that failed and are repeated.', counts.failures),
    counter('read_errors', 'Failed attempts to read.', counts.readErrors),
    gauge('files', 'Files being read.', now.files),
    gauge('buffered_bytes', 'Bytes on disk that wait to be sent.', now.bufferedBytes),
    gauge('buffered_batches', 'Batches on disk that wait to be sent.', now.bufferedBatches),
  ];
}
