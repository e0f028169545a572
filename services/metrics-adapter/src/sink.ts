/** Label names to values; the order doesn't matter. */
export type Labels = ReadonlyMap<string, string>;

/** A metric without its series. The first spec with a name decides the type; later ones of another type are refused. */
export type MetricSpec = {
  name: string;
  help: string;
  /** Milliseconds without a sample after which a series is removed; 0 for never. */
  ttl: number;
} & (
  | { type: 'counter' | 'gauge' }
  | {
      /** The number of different members within `maxAge`, exposed as a gauge. */
      type: 'set';
      /** Milliseconds for which a member counts after its last sample. */
      maxAge: number;
      maxMembers: number;
    }
  | {
      type: 'histogram';
      /** Upper bounds, ascending, without +Inf. */
      buckets: readonly number[];
      /** Growth from one native bucket to the next, above 1; undefined for a classic histogram. */
      nativeFactor?: number | undefined;
      nativeMaxBuckets?: number | undefined;
    }
  | {
      type: 'summary';
      quantiles: readonly { quantile: number; error: number }[];
      /** Milliseconds for which quantiles take an observation into account. */
      maxAge: number;
      ageBuckets: number;
    }
);

/**
 * A series for its samples. Keep it and write to it until `expired` is true, which means that it was removed and writes
 * are lost; then get a new one from the sink.
 */
export type Series = {
  readonly expired: boolean;
  /** Counter (value ≥ 0) and gauge; `timestamp`, in milliseconds, is exposed with the sample. */
  add(value: number, timestamp?: number): void;
  /** Gauge. A value with an older timestamp than the current one is ignored. */
  set(value: number, timestamp?: number): void;
  /** Histogram and summary: an observation that counts `weight` times. */
  observe(value: number, weight: number): void;
  /** Set. Returns false if the member is left out because the set or the memory for all series is full. */
  addMember(member: string): boolean;
};

/** Gives sources the series for their samples. */
export type SeriesSink = {
  /**
   * The series of a metric with these labels, existing or new. Beyond a limit it is the metric's `other` series.
   * Undefined if the metric has another type, which the sink counts.
   */
  series(spec: MetricSpec, labels: Labels): Series | undefined;
};
