/**
 * Something that brings samples: a listener, a tailer, a poller. `start` resolves once it is working (its port is
 * bound, its files are being looked for) and rejects with a PodkitError when it never can; `stop` resolves when what
 * was under way is finished, and is safe to call twice.
 *
 * A reload makes a new set of sources: what a source must hand over (a bound socket, a file position) it takes
 * from its predecessor in `adopt`, which is called on the new one before the old one stops.
 */
export type Source = {
  /** Unique among the sources of a configuration; the `source` label of the adapter's own metrics. */
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
};
