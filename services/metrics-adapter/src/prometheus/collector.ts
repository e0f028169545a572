import { parseFloatText } from '../numbers/float-text.ts';
import { isCount } from '../numbers/gate.ts';
import type { Exemplar, HistogramPoint, MetricType, NativeBuckets, SummaryPoint } from '../series/family.ts';
import { labelsText } from '../series/labels.ts';
import type { Snapshot } from '../series/snapshot.ts';
import type { FamilyMeta } from './family-meta.ts';
import type { Visitor } from './parse.ts';
import type { Relabel } from './relabel.ts';
import type { Refusal, SampleLine } from './sample-line.ts';

export type CollectorOptions = {
  snapshot: Snapshot;
  relabel: Relabel;
  /** Whether timestamps of the source are kept; without them a sample is as old as the scrape. */
  honorTimestamps: boolean;
  onError: (reason: string) => void;
};

/** A histogram or summary as far as it came; what did not come stays undefined. */
type Parts = {
  labels: string;
  timestamp: number | undefined;
  bounds: [bound: number, value: number, exemplar: Exemplar | undefined][];
  sum: number | undefined;
  count: number | undefined;
  native: NativeBuckets | undefined;
  /** Why it is left out, once something in it is malformed. */
  fault: string | undefined;
};
type Composite = { name: string; meta: FamilyMeta; parts: Map<string, Parts> };
type Part = { sample: SampleLine; suffix: string; labels: Map<string, string>; timestamp: number | undefined };

/** A family without HELP is a complaint of every linter. */
const noHelp = 'The source gives no help.';

const compositeTypes = new Set<MetricType>(['histogram', 'gaugehistogram', 'summary']);

/** Puts samples as they came into a snapshot; those of one histogram or summary become one series again. */
export class ExpositionCollector implements Visitor {
  readonly #options: CollectorOptions;
  readonly #composites = new Map<string, Composite>();
  readonly #created: { name: string; labels: string; seconds: number; meta: FamilyMeta }[] = [];
  readonly #begun: { name: string; labels: string; milliseconds: number }[] = [];
  /** Samples that were read, and lines that were refused. */
  good = 0;
  bad = 0;

  constructor(options: CollectorOptions) {
    this.#options = options;
  }

  refused(reason: Refusal): void {
    this.bad += 1;
    this.#options.onError(reason);
  }

  sample(sample: SampleLine, meta: FamilyMeta): void {
    this.good += 1;
    const { snapshot, onError } = this.#options;
    const labels = this.#relabeled(sample);
    if (labels === undefined) return undefined;
    const name = labels.get('__name__') ?? '';
    if (name === '') return onError('empty_name');
    dropInternal(labels);
    const timestamp = this.#options.honorTimestamps ? sample.timestamp : undefined;
    const suffix = sample.name.slice(meta.name.length);
    const base = suffix !== '' && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name;
    const renamed = suffix !== '' && base === name;
    if (suffix === '_created' && !renamed) {
      this.#created.push({ name: base, labels: labelsText(labels), seconds: sample.value, meta });
      return undefined;
    }
    if (compositeTypes.has(meta.type) && !renamed) {
      const composite = this.#composite(base, meta);
      return this.#part(composite, { sample, suffix, labels, timestamp });
    }
    const type = compositeTypes.has(meta.type) || suffix === '_created' ? 'unknown' : meta.type;
    const family = snapshot.family({ name, help: meta.help || noHelp, unit: meta.unit }, type);
    family?.add(labelsText(labels), { value: sample.value, timestamp, exemplar: exemplarOf(sample) });
    return undefined;
  }

  /** A native histogram; `sample` has its name, labels and time. Its sum and count come as samples of their own. */
  native(sample: SampleLine, native: NativeBuckets, meta: FamilyMeta): void {
    const labels = this.#relabeled(sample);
    const name = labels?.get('__name__') ?? '';
    if (labels === undefined || name === '') return;
    dropInternal(labels);
    const timestamp = this.#options.honorTimestamps ? sample.timestamp : undefined;
    partsOf(this.#composite(name, meta), labelsText(labels), timestamp).native = native;
  }

  /** When the series of a protobuf metric began, which is no sample of its own. */
  begun(sample: SampleLine, milliseconds: number | undefined): void {
    if (milliseconds === undefined) return;
    const labels = this.#relabeled(sample);
    const name = labels?.get('__name__') ?? '';
    if (labels === undefined || name === '') return;
    dropInternal(labels);
    this.#begun.push({ name, labels: labelsText(labels), milliseconds });
  }

  /** Hand over histograms and summaries, which are complete only now. */
  finish(): void {
    const { snapshot, onError } = this.#options;
    for (const { name, meta, parts } of this.#composites.values()) {
      const family = snapshot.family({ name, help: meta.help || noHelp, unit: meta.unit }, meta.type);
      for (const each of parts.values()) {
        const point = meta.type === 'summary' ? summaryOf(each) : histogramOf(each);
        if (typeof point === 'string') onError(point);
        else family?.add(each.labels, point);
      }
    }
    for (const { name, labels, milliseconds } of this.#begun) snapshot.begun(name, labels, milliseconds);
    for (const { name, labels, seconds, meta } of this.#created) {
      const [milliseconds, owner] = [seconds * 1000, meta.type === 'counter' ? `${name}_total` : name];
      if (Number.isFinite(seconds) && seconds >= 0 && snapshot.created(owner, labels, milliseconds)) continue;
      const family = snapshot.family({ name: `${name}_created`, help: meta.help || noHelp }, 'unknown');
      family?.add(labels, { value: seconds });
    }
  }

  #relabeled(sample: SampleLine): Map<string, string> | undefined {
    const labels = new Map(sample.labels);
    labels.set('__name__', sample.name);
    return this.#options.relabel(labels) ? labels : undefined;
  }

  #composite(name: string, meta: FamilyMeta): Composite {
    const known = this.#composites.get(name);
    if (known !== undefined) return known;
    const composite = { name, meta, parts: new Map<string, Parts>() };
    this.#composites.set(name, composite);
    return composite;
  }

  #part(composite: Composite, { sample, suffix, labels, timestamp }: Part): void {
    const { type } = composite.meta;
    const own = suffix === '_bucket' ? 'le' : suffix === '' && type === 'summary' ? 'quantile' : undefined;
    const text = own === undefined ? undefined : labels.get(own);
    if (own !== undefined) labels.delete(own);
    const parts = partsOf(composite, labelsText(labels), timestamp);
    const { value } = sample;
    if (suffix === '_sum' || suffix === '_gsum') {
      if (parts.sum !== undefined) parts.fault ??= 'duplicate';
      parts.sum = value;
    } else if (suffix === '_count' || suffix === '_gcount') {
      if (parts.count !== undefined) parts.fault ??= 'duplicate';
      if (!isCount(value)) parts.fault ??= 'count';
      parts.count = value;
    } else {
      const bound = text === undefined ? undefined : parseFloatText(text);
      if (bound === undefined || Number.isNaN(bound)) parts.fault ??= 'bound';
      else parts.bounds.push([bound, value, exemplarOf(sample)]);
    }
  }
}

/** Labels whose names begin with two underscores are for rules only. */
function dropInternal(labels: Map<string, string>): void {
  for (const label of Array.from(labels.keys())) if (label.startsWith('__')) labels.delete(label);
}

/** Lines that say another time belong to another point of the series. */
function partsOf({ parts }: Composite, labels: string, timestamp: number | undefined): Parts {
  const key = `${labels}\n${timestamp ?? ''}`;
  const known = parts.get(key);
  if (known !== undefined) return known;
  const made: Parts = {
    labels,
    timestamp,
    bounds: [],
    sum: undefined,
    count: undefined,
    native: undefined,
    fault: undefined,
  };
  parts.set(key, made);
  return made;
}

function exemplarOf({ exemplar }: SampleLine): Exemplar | undefined {
  if (exemplar === undefined) return undefined;
  const { labels, value, timestamp } = exemplar;
  return { labels: labelsText(labels), value, ...(timestamp === undefined ? {} : { timestamp }) };
}

function summaryOf({ bounds, sum, count, timestamp, fault }: Parts): SummaryPoint | string {
  if (fault !== undefined) return fault;
  const quantiles = bounds.map(([quantile, value]) => [quantile, value] as const).toSorted(([a], [b]) => a - b);
  if (quantiles.some(([quantile], at) => quantile === quantiles[at - 1]?.[0])) return 'duplicate';
  return quantiles.every(([quantile]) => quantile >= 0 && quantile <= 1)
    ? { quantiles, sum, count, timestamp }
    : 'bound';
}

/** Buckets come cumulative and in any order; ours stand alone, ascending. */
function histogramOf({ bounds, sum, count, native, timestamp, fault }: Parts): HistogramPoint | string {
  if (fault !== undefined) return fault;
  const sorted = bounds.toSorted(([a], [b]) => a - b);
  const exemplars = new Map<number, Exemplar>();
  const counts: number[] = [];
  let [before, last]: [number, number | undefined] = [0, undefined];
  for (const [at, [bound, value, exemplar]] of sorted.entries()) {
    if (bound === Number.NEGATIVE_INFINITY) return 'bound';
    if (bound === last) return 'duplicate';
    if (!isCount(value)) return 'count';
    if (value < before) return 'falling_buckets';
    counts.push(value - before);
    if (exemplar) exemplars.set(at, exemplar);
    [before, last] = [value, bound];
  }
  const cumulative = sorted.every(([, value]) => Number.isInteger(value))
    ? undefined
    : sorted.map(([, value]) => value);
  const finite = sorted.map(([bound]) => bound).filter(Number.isFinite);
  return { bounds: finite, counts, cumulative, sum, count, timestamp, exemplars, ...(native ? { native } : {}) };
}
