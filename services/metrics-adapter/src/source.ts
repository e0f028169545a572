import type { SelfMetric } from './self-metric.ts';

/**
 * Something that brings samples: a listener, a tailer, a poller. `start` resolves once it is working (its port is
 * bound, its files are being looked for) and rejects with a PodkitError when it never can; `stop` resolves when what
 * was under way is finished, and is safe to call twice.
 */
export type Source = {
  /** Unique among the sources of a configuration; the `source` label of the adapter's own metrics. */
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Read the files anew that the configuration names. @throws {ConfigError} when what was read before stays in use */
  reload?(): Promise<void>;
  /** What the source knows of itself: lines, errors by reason, files. Names begin with the kind, as in `statsd_lines_total`. */
  selfMetrics(): Promise<SelfMetric[]>;
};
