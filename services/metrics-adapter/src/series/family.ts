/** Types of the exposition formats: https://prometheus.io/docs/specs/om/open_metrics_spec/#metric-types */
export type MetricType =
  | 'counter'
  | 'gauge'
  | 'histogram'
  | 'gaugehistogram'
  | 'summary'
  | 'info'
  | 'stateset'
  | 'unknown';

/** An example of what was counted; `labels` is a text of `labelsText`, `timestamp` milliseconds since the epoch. */
export type Exemplar = { labels: string; value: number; timestamp?: number | undefined };

type Common = {
  /** Milliseconds since the epoch, where the source itself says when the value was true. */
  timestamp?: number | undefined;
  /** Milliseconds since the epoch when a counter, histogram or summary began at zero. */
  created?: number | undefined;
};

export type NumberPoint = Common & {
  /** Points of the same series at other times, as a source gave them. */
  later?: NumberPoint[] | undefined;
  value: number;
  exemplar?: Exemplar | undefined;
};

/** Sparse buckets of a native histogram: index to count. */
export type NativeBuckets = {
  schema: number;
  /** Whether the counts are fractions, which the wire format writes otherwise. */
  fractions?: boolean | undefined;
  zeroThreshold: number;
  zeroCount: number;
  positive: ReadonlyMap<number, number>;
  negative: ReadonlyMap<number, number>;
};

/** What is undefined or missing was not given by the source, and is not shown either. */
export type HistogramPoint = Common & {
  /** Points of the same series at other times, as a source gave them. */
  later?: HistogramPoint[] | undefined;
  /** Upper bounds, ascending, without +Inf. */
  bounds: readonly number[];
  /** Observations in each bucket alone (not cumulative); one more than bounds where there is a bucket for +Inf. */
  counts: readonly number[];
  /** Where counts are fractions: the same from zero on, as the source gave it, since sums of fractions are not exact. */
  cumulative?: readonly number[] | undefined;
  sum: number | undefined;
  count: number | undefined;
  native?: NativeBuckets | undefined;
  /** By index of the bucket. */
  exemplars?: ReadonlyMap<number, Exemplar> | undefined;
};

export type SummaryPoint = Common & {
  /** Points of the same series at other times, as a source gave them. */
  later?: SummaryPoint[] | undefined;
  quantiles: readonly (readonly [number, number])[];
  sum: number | undefined;
  count: number | undefined;
};

/** What all kinds of family have: `name` as the text format shows it, so with `_total` where a counter has one. */
export type FamilyHead = {
  name: string;
  help: string;
  unit?: string | undefined;
  /** Whether the source showed `created` as samples of their own, which the text formats then do too. */
  showsCreated?: boolean | undefined;
};

/** One metric family as it is exposed: series by their labels' text. */
export type Family = FamilyHead &
  (
    | {
        type: Exclude<MetricType, 'histogram' | 'gaugehistogram' | 'summary'>;
        series: ReadonlyMap<string, NumberPoint>;
      }
    | { type: 'histogram' | 'gaugehistogram'; series: ReadonlyMap<string, HistogramPoint> }
    | { type: 'summary'; series: ReadonlyMap<string, SummaryPoint> }
  );

/** The names of the samples that a family of some name and type has in the text format. */
export function sampleNames({ name, type }: Pick<Family, 'name' | 'type'>): string[] {
  if (type === 'histogram') return [name, `${name}_bucket`, `${name}_sum`, `${name}_count`];
  if (type === 'gaugehistogram') return [name, `${name}_bucket`, `${name}_gsum`, `${name}_gcount`];
  return type === 'summary' ? [name, `${name}_sum`, `${name}_count`] : [name];
}
