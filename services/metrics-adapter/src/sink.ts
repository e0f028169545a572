/** Label names to values; the order says nothing. */
export type Labels = ReadonlyMap<string, string>;

/** What a metric is, apart from its series. The first who names a metric decides; who disagrees on its type is refused. */
export type MetricSpec = {
  name: string;
  help: string;
  /** Milliseconds without a sample after which a series goes; 0 for never. */
  ttl: number;
} & (
  | { type: 'counter' | 'gauge' }
  | {
      /** How many different members there were lately; shown as a gauge. */
      type: 'set';
      /** Milliseconds that a member counts after its last sample. */
      maxAge: number;
      maxMembers: number;
    }
  | {
      type: 'histogram';
      /** Upper bounds, ascending, without +Inf. */
      buckets: readonly number[];
      /** Growth from one native bucket to the next, above 1; undefined for a classic histogram only. */
      nativeFactor?: number | undefined;
      nativeMaxBuckets?: number | undefined;
    }
  | {
      type: 'summary';
      quantiles: readonly { quantile: number; error: number }[];
      /** Milliseconds that an observation counts for the quantiles. */
      maxAge: number;
      ageBuckets: number;
    }
);

/**
 * One series, to be kept and written to as often as there are samples. `expired` turns true when its TTL has taken it
 * away: then what is written is lost, and a new one must be asked for.
 */
export type Series = {
  readonly expired: boolean;
  /** Counter (value ≥ 0) and gauge; `timestamp` is when that was, in milliseconds, where the sample is to be shown with it. */
  add(value: number, timestamp?: number): void;
  /** Gauge. A value that is older than the one it has is left out. */
  set(value: number, timestamp?: number): void;
  /** Histogram and summary: the value, seen `weight` times. */
  observe(value: number, weight: number): void;
  /** Set. Returns false where the set, or the memory for all series, is full and the member is left out. */
  addMember(member: string): boolean;
};

/** Where sources put their samples. */
export type SeriesSink = {
  /**
   * The series of a metric with these labels, made where it isn't there yet. Beyond a cardinality limit it is the
   * metric's `other` series; undefined where the metric has another type, which the sink counts.
   */
  series(spec: MetricSpec, labels: Labels): Series | undefined;
};
