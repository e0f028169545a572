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

/** An exemplar; `labels` is a text of `labelsText`, `timestamp` milliseconds since the epoch. */
export type Exemplar = { labels: string; value: number; timestamp?: number | undefined };

type Common = {
  /** Milliseconds since the epoch, if the source gives a timestamp. */
  timestamp?: number | undefined;
  /** When a counter, histogram or summary began at zero, in milliseconds since the epoch. */
  created?: number | undefined;
};

export type NumberPoint = Common & {
  /** Points of the same series with other timestamps, in the order of the source. */
  later?: NumberPoint[] | undefined;
  value: number;
  exemplar?: Exemplar | undefined;
};

/** Sparse buckets of a native histogram: index to count. */
export type NativeBuckets = {
  schema: number;
  /** Whether the counts are fractions, for which the wire format has other fields. */
  fractions?: boolean | undefined;
  zeroThreshold: number;
  zeroCount: number;
  positive: ReadonlyMap<number, number>;
  negative: ReadonlyMap<number, number>;
};

/** A part that is undefined was not given by the source and is not exposed. */
export type HistogramPoint = Common & {
  /** Points of the same series with other timestamps, in the order of the source. */
  later?: HistogramPoint[] | undefined;
  /** Upper bounds, ascending, without +Inf. */
  bounds: readonly number[];
  /** The count of each bucket alone, not cumulative. With a bucket for +Inf there is one more than bounds. */
  counts: readonly number[];
  /** For fractional counts: the cumulative counts of the source, since sums of fractions are not exact. */
  cumulative?: readonly number[] | undefined;
  sum: number | undefined;
  count: number | undefined;
  native?: NativeBuckets | undefined;
  /** By index of the bucket. */
  exemplars?: ReadonlyMap<number, Exemplar> | undefined;
};

export type SummaryPoint = Common & {
  /** Points of the same series with other timestamps, in the order of the source. */
  later?: SummaryPoint[] | undefined;
  quantiles: readonly (readonly [number, number])[];
  sum: number | undefined;
  count: number | undefined;
};

export type CompositePoint = HistogramPoint | SummaryPoint;
export type Point = NumberPoint | CompositePoint;

/** The part that all families share; `name` is the one in the text format, with the `_total` of a counter. */
export type FamilyHead = {
  name: string;
  help: string;
  unit?: string | undefined;
  /** Whether the source has `_created` samples. Then the text formats write them too. */
  showsCreated?: boolean | undefined;
};

/** A metric family as it is exposed: series by the text of their labels. */
export type Family = FamilyHead &
  (
    | {
        type: Exclude<MetricType, 'histogram' | 'gaugehistogram' | 'summary'>;
        series: ReadonlyMap<string, NumberPoint>;
      }
    | { type: 'histogram' | 'gaugehistogram'; series: ReadonlyMap<string, HistogramPoint> }
    | { type: 'summary'; series: ReadonlyMap<string, SummaryPoint> }
  );

/** The labels that belong to a type. A series must not have another label with that name. */
export const typeLabels: Partial<Record<MetricType, string>> = { histogram: 'le', summary: 'quantile' };

/** The names of the samples of a family in the text format. */
export function sampleNames({ name, type }: Pick<Family, 'name' | 'type'>): string[] {
  if (type === 'histogram') return [name, `${name}_bucket`, `${name}_sum`, `${name}_count`];
  if (type === 'gaugehistogram') return [name, `${name}_bucket`, `${name}_gsum`, `${name}_gcount`];
  return type === 'summary' ? [name, `${name}_sum`, `${name}_count`] : [name];
}
