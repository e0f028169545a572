import { NamedCounts } from '../named-counts.ts';

/** Counts of a StatsD source, as plain numbers, since they change with every line. */
export class StatsdCounts {
  lines = 0;
  samples = 0;
  tagged = 0;
  unmapped = 0;
  ignored = { event: 0, service_check: 0 };
  actions = { map: 0, drop: 0 };
  events = { counter: 0, gauge: 0, observer: 0, set: 0 };
  tagErrors = 0;
  packets = { udp: 0, unixgram: 0 };
  connections = 0;
  connectionErrors = 0;
  tooLongLines = 0;
  relayedLines = 0;
  relayedPackets = 0;
  relayDroppedLines = 0;
  reloads = { success: 0, failure: 0 };
  readonly sampleErrors = new NamedCounts();
  readonly eventErrors = new NamedCounts();
  readonly conflicts = new NamedCounts();
}
