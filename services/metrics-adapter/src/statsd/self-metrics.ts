import { type SelfMetric, sourceMetrics } from '../self-metric.ts';
import type { StatsdCounts } from './counts.ts';

/** The metrics of a StatsD source, with the names of statsd_exporter after another prefix. */
export function statsdMetrics(
  source: string,
  counts: StatsdCounts,
  { mappings, kernelDrops }: { mappings: number; kernelDrops: number | undefined },
): SelfMetric[] {
  const { counter, gauge } = sourceMetrics('statsd', source);
  return [
    counter('lines', 'Lines received.', counts.lines),
    counter('samples', 'Samples received.', counts.samples),
    counter('tags', 'Samples with tags.', counts.tagged),
    counter('tag_errors', 'Tags that were left out.', counts.tagErrors),
    counter('sample_errors', 'Samples, or parts of them, that were left out.', counts.sampleErrors.values, 'reason'),
    counter('events', 'Samples that reached a series.', counts.events, 'type'),
    counter(
      'events_error',
      'Samples with an empty name, and counters with a negative value.',
      counts.eventErrors.values,
      'reason',
    ),
    counter('events_actions', 'Samples that a mapping took.', counts.actions, 'action'),
    counter('events_unmapped', 'Samples that no mapping took.', counts.unmapped),
    counter(
      'events_conflict',
      'Samples dropped because their metric has another type.',
      counts.conflicts.values,
      'metric',
    ),
    counter('ignored', 'DogStatsD events and service checks, which carry no sample.', counts.ignored, 'kind'),
    counter('packets', 'Packets received.', counts.packets, 'transport'),
    ...(kernelDrops === undefined
      ? []
      : [counter('udp_packet_drops', 'UDP packets that the kernel dropped.', kernelDrops)]),
    counter('connections', 'Stream connections.', counts.connections),
    counter('connection_errors', 'Stream connections that failed or were refused.', counts.connectionErrors),
    counter('too_long_lines', 'Lines on streams that were dropped for their length.', counts.tooLongLines),
    counter('relay_lines', 'Lines relayed.', counts.relayedLines),
    counter('relay_packets', 'Packets relayed.', counts.relayedPackets),
    counter(
      'relay_dropped_lines',
      'Lines that were not relayed: too long, or too many at once.',
      counts.relayDroppedLines,
    ),
    counter(
      'mapping_reloads',
      'Reloads of the mapping file, by outcome: success or failure.',
      counts.reloads,
      'outcome',
    ),
    gauge('loaded_mappings', 'Mappings in use.', mappings),
  ];
}
