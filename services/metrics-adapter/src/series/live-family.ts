import type { MetricSpec } from '../sink.ts';
import { type Family, type MetricType, sampleNames } from './family.ts';
import { labelsText, otherLabels } from './labels.ts';
import type { LiveSeries } from './live-series.ts';
import type { OverflowSeries } from './overflow-series.ts';

/** A metric of the store, with its series by the text of their labels. */
export type LiveFamily = {
  spec: MetricSpec;
  /** The generation of the store in which the spec was last compared with that of a source. */
  generation: number;
  series: Map<string, LiveSeries>;
  /** Overflow series by source. They expire once there is room. */
  overflows: Map<string, OverflowSeries>;
};

/** The family as it is exposed: a view without a copy. */
export function toFamily({ spec, series }: LiveFamily): Family {
  // The class of the series matches the type in the spec.
  return { name: spec.name, help: spec.help, type: exposedType(spec), series } as unknown as Family;
}

const exposedType = ({ type }: MetricSpec): MetricType => (type === 'set' ? 'gauge' : type);

/** The names of the samples of a metric in the text format. */
export const specSampleNames = (spec: MetricSpec): string[] =>
  sampleNames({ name: spec.name, type: exposedType(spec) });

/** The labels of the `other` series, with the names of the first series. */
export function overflowLabels({ series }: LiveFamily): string {
  const [first = ''] = series.keys();
  return otherLabels(first) || labelsText([['overflow', 'true']]);
}

/** Whether the series of one spec can be kept under the other. */
export const haveOneShape = (one: MetricSpec, other: MetricSpec): boolean => shape(one) === shape(other);

function shape(spec: MetricSpec): string {
  if (spec.type === 'histogram') return JSON.stringify([spec.type, spec.buckets, spec.nativeFactor]);
  if (spec.type === 'set') return JSON.stringify([spec.type, spec.maxAge, spec.maxMembers]);
  if (spec.type !== 'summary') return spec.type;
  return JSON.stringify([spec.type, spec.quantiles, spec.maxAge, spec.ageBuckets]);
}
