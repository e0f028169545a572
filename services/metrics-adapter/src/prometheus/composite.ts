import { parseFloatText } from '../numbers/float-text.ts';
import { isCount } from '../numbers/gate.ts';
import { type CumulativeBucket, classicBuckets } from '../series/classic-buckets.ts';
import type { Exemplar, HistogramPoint, NativeBuckets, SummaryPoint } from '../series/family.ts';
import { labelsText } from '../series/labels.ts';
import type { FamilyMeta } from './family-meta.ts';
import type { SampleLine } from './sample-line.ts';

/** The parts of a histogram or summary; missing ones stay undefined. */
export type CompositeParts = {
  labels: string;
  timestamp: number | undefined;
  bounds: CumulativeBucket[];
  sum: number | undefined;
  count: number | undefined;
  native: NativeBuckets | undefined;
  /** Why it is left out, if a part is malformed. */
  invalid: string | undefined;
};
/** A family of parts by labels and time. `spend` counts the bytes that it takes. */
export type Composite = {
  name: string;
  meta: FamilyMeta;
  parts: Map<string, CompositeParts>;
  spend: (bytes: number) => void;
};
/** Estimated bytes of the parts without their labels, and of a bucket. */
const bytesPerParts = 500;
const bytesPerBucket = 80;
type CompositePart = { sample: SampleLine; suffix: string; labels: Map<string, string>; timestamp: number | undefined };

/** Add a sample to its histogram or summary. Returns the error if it belongs to no part, such as a bucket without `le`. */
export function addPart(
  composite: Composite,
  { sample, suffix, labels, timestamp }: CompositePart,
): string | undefined {
  const { type } = composite.meta;
  const own = suffix === '_bucket' ? 'le' : suffix === '' && type === 'summary' ? 'quantile' : undefined;
  const text = own === undefined ? undefined : labels.get(own);
  if (text === undefined && (suffix === '' || suffix === '_bucket')) return 'bound';
  if (own !== undefined) labels.delete(own);
  const parts = findParts(composite, labelsText(labels), timestamp);
  const { value } = sample;
  if (suffix === '_sum' || suffix === '_gsum') {
    if (parts.sum !== undefined) parts.invalid ??= 'duplicate';
    parts.sum = value;
  } else if (suffix === '_count' || suffix === '_gcount') {
    if (parts.count !== undefined) parts.invalid ??= 'duplicate';
    if (!isCount(value)) parts.invalid ??= 'count';
    parts.count = value;
  } else {
    const bound = text === undefined ? undefined : parseFloatText(text);
    if (bound === undefined || Number.isNaN(bound)) parts.invalid ??= 'bound';
    else {
      composite.spend(bytesPerBucket);
      parts.bounds.push([bound, value, readExemplar(sample)]);
    }
  }
  return undefined;
}

/** Find the parts of a point; samples with another timestamp belong to another point. */
export function findParts({ parts, spend }: Composite, labels: string, timestamp: number | undefined): CompositeParts {
  const key = `${labels}\n${timestamp ?? ''}`;
  const known = parts.get(key);
  if (known !== undefined) return known;
  spend(bytesPerParts + 4 * labels.length);
  const made: CompositeParts = {
    labels,
    timestamp,
    bounds: [],
    sum: undefined,
    count: undefined,
    native: undefined,
    invalid: undefined,
  };
  parts.set(key, made);
  return made;
}

/** The exemplar of a sample, with its labels as text. */
export function readExemplar({ exemplar }: SampleLine): Exemplar | undefined {
  if (exemplar === undefined) return undefined;
  const { labels, value, timestamp } = exemplar;
  return { labels: labelsText(labels), value, ...(timestamp === undefined ? {} : { timestamp }) };
}

/** A complete summary, or the error in it. */
export function buildSummary({ bounds, sum, count, timestamp, invalid }: CompositeParts): SummaryPoint | string {
  if (invalid !== undefined) return invalid;
  const quantiles = bounds.map(([quantile, value]) => [quantile, value] as const).toSorted(([a], [b]) => a - b);
  if (quantiles.some(([quantile], at) => quantile === quantiles[at - 1]?.[0])) return 'duplicate';
  return quantiles.every(([quantile]) => quantile >= 0 && quantile <= 1)
    ? { quantiles, sum, count, timestamp }
    : 'bound';
}

/** A complete histogram, or the error in it. */
export function buildHistogram({
  bounds,
  sum,
  count,
  native,
  timestamp,
  invalid,
}: CompositeParts): HistogramPoint | string {
  if (invalid !== undefined) return invalid;
  const buckets = classicBuckets(bounds);
  if (typeof buckets === 'string') return buckets;
  return { ...buckets, sum, count, timestamp, ...(native ? { native } : {}) };
}
