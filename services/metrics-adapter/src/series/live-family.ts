import type { MetricSpec } from '../sink.ts';
import { type Family, type MetricType, sampleNames } from './family.ts';
import { labelsText, parseLabelsText } from './labels.ts';
import type { LiveSeries } from './live-series.ts';
import type { OverflowSeries } from './overflow-series.ts';

/** A metric of the store with its series by their labels' text. */
export type LiveFamily = {
  spec: MetricSpec;
  /** Of the store, when the spec was last compared with what a source brings. */
  generation: number;
  series: Map<string, LiveSeries>;
  /** By source; what it holds asks again once there is room. */
  overflows: Map<string, OverflowSeries>;
};

/** The family as it is exposed: a view, nothing is copied. */
export function toFamily({ spec, series }: LiveFamily): Family {
  // The type in the spec decides the class of the series.
  return { name: spec.name, help: spec.help, type: exposedType(spec), series } as unknown as Family;
}

const exposedType = ({ type }: MetricSpec): MetricType => (type === 'set' ? 'gauge' : type);

/** The names of the samples that a metric has in the text format. */
export const specSampleNames = (spec: MetricSpec): string[] =>
  sampleNames({ name: spec.name, type: exposedType(spec) });

/** Labels of the `other` series: the names of the metric's first series, each with the value `other`. */
export function otherLabels({ series }: LiveFamily): string {
  const [first = ''] = series.keys();
  const names = parseLabelsText(first).map(([name]): [string, string] => [name, 'other']);
  return labelsText(names.length === 0 ? [['overflow', 'true']] : names);
}

/** Whether series of one spec can go on under the other. */
export const haveOneShape = (one: MetricSpec, other: MetricSpec): boolean => shape(one) === shape(other);

function shape(spec: MetricSpec): string {
  if (spec.type === 'histogram') return JSON.stringify([spec.type, spec.buckets, spec.nativeFactor]);
  if (spec.type === 'set') return JSON.stringify([spec.type, spec.maxAge, spec.maxMembers]);
  if (spec.type !== 'summary') return spec.type;
  return JSON.stringify([spec.type, spec.quantiles, spec.maxAge, spec.ageBuckets]);
}
