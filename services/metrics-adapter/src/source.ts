import type { SelfMetric } from './self-metric.ts';

/**
 * A source that pushes samples or lines. `start` resolves once it works (its port is bound, its files are searched) and
 * rejects with a PodkitError if it can't. `stop` resolves when work in flight is finished, and may be called twice.
 */
export type Source = {
  /** Unique in a configuration. It is the label `source` of the adapter's own metrics. */
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Reload the files that the configuration names. @throws {ConfigError} if the old content stays in use */
  reload?(): Promise<void>;
  /** The metrics of the source itself, such as lines and errors. Names begin with the kind, as in `statsd_lines_total`. */
  selfMetrics(): Promise<SelfMetric[]>;
};
