import type { Exemplar, HistogramPoint, MetricType, SummaryPoint } from '../series/family.ts';
import { type LabelPair, labelsText } from '../series/labels.ts';
import type { Snapshot } from '../series/snapshot.ts';
import type { FamilyMeta, Visitor } from './parse.ts';
import type { Relabel } from './relabel.ts';
import type { SampleLine } from './sample-line.ts';

export type CollectorOptions = {
  snapshot: Snapshot;
  relabel: Relabel;
  /** Whether timestamps of the text are kept; without them a sample is as old as the scrape. */
  honorTimestamps: boolean;
  /** Whether the text is OpenMetrics, whose timestamps are seconds. */
  openMetrics: boolean;
  onError: (reason: string) => void;
};

type Parts = {
  bounds: [number, number, Exemplar | undefined][];
  quantiles: [number, number][];
  sum: number;
  count: number;
  timestamp?: number | undefined;
};
type Composite = { name: string; meta: FamilyMeta; series: Map<string, Parts> };

/** A family without HELP is a complaint of every linter. */
const noHelp = 'The source gives no help.';

const compositeTypes = new Set<MetricType>(['histogram', 'gaugehistogram', 'summary']);

/** Puts samples of the text formats into a snapshot; lines of one histogram or summary become one series again. */
export class ExpositionCollector implements Visitor {
  readonly #options: CollectorOptions;
  readonly #composites = new Map<string, Composite>();

  constructor(options: CollectorOptions) {
    this.#options = options;
  }

  malformed(): void {
    this.#options.onError('malformed_line');
  }

  sample(sample: SampleLine, meta: FamilyMeta): void {
    const { relabel, honorTimestamps, openMetrics } = this.#options;
    const labels = new Map(sample.labels);
    labels.set('__name__', sample.name);
    if (!relabel(labels)) return;
    const name = labels.get('__name__') ?? '';
    for (const label of Array.from(labels.keys())) if (label.startsWith('__')) labels.delete(label);
    if (name === '') return this.#options.onError('empty_name');
    const suffix = sample.name.slice(meta.name.length);
    const scaled = sample.timestamp === undefined ? undefined : sample.timestamp * (openMetrics ? 1000 : 1);
    const timestamp = honorTimestamps ? scaled : undefined;
    if (suffix === '_created') return undefined;
    if (compositeTypes.has(meta.type) && name.endsWith(suffix))
      return this.#part(
        { ...sample, name: name.slice(0, name.length - suffix.length) },
        { meta, suffix, labels, timestamp },
      );
    const type = compositeTypes.has(meta.type) ? 'unknown' : meta.type;
    const family = this.#options.snapshot.family({ name, help: meta.help || noHelp, unit: meta.unit }, type);
    family?.add(labelsText(labels), { value: sample.value, timestamp, exemplar: this.#exemplar(sample) });
    return undefined;
  }

  /** Hand over histograms and summaries, which are complete only now. */
  finish(): void {
    for (const { name, meta, series } of this.#composites.values()) {
      const family = this.#options.snapshot.family({ name, help: meta.help || noHelp, unit: meta.unit }, meta.type);
      for (const [labels, parts] of series)
        family?.add(labels, meta.type === 'summary' ? summaryOf(parts) : histogramOf(parts));
    }
  }

  #part(
    sample: SampleLine,
    {
      meta,
      suffix,
      labels,
      timestamp,
    }: { meta: FamilyMeta; suffix: string; labels: Map<string, string>; timestamp: number | undefined },
  ): void {
    const own = meta.type === 'summary' ? 'quantile' : 'le';
    const bound = labels.get(own);
    if (suffix === '_bucket' || suffix === '') labels.delete(own);
    const composite = this.#composites.get(sample.name) ?? {
      name: sample.name,
      meta,
      series: new Map<string, Parts>(),
    };
    this.#composites.set(sample.name, composite);
    const key = labelsText(labels);
    const parts = composite.series.get(key) ?? { bounds: [], quantiles: [], sum: 0, count: 0, timestamp };
    composite.series.set(key, parts);
    if (suffix === '_sum' || suffix === '_gsum') parts.sum = sample.value;
    else if (suffix === '_count' || suffix === '_gcount') parts.count = sample.value;
    else if (bound === undefined) this.#options.onError('malformed_line');
    else if (suffix === '_bucket') parts.bounds.push([boundOf(bound), sample.value, this.#exemplar(sample)]);
    else parts.quantiles.push([boundOf(bound), sample.value]);
  }

  #exemplar({ exemplar }: SampleLine): Exemplar | undefined {
    if (exemplar === undefined) return undefined;
    const { labels, value, timestamp } = exemplar;
    return { labels: textOf(labels), value, ...(timestamp === undefined ? {} : { timestamp: timestamp * 1000 }) };
  }
}

const textOf = (labels: readonly LabelPair[]) => labelsText(labels);
const boundOf = (text: string) => (/inf/i.test(text) ? Number.POSITIVE_INFINITY : Number(text));

function summaryOf({ quantiles, sum, count, timestamp }: Parts): SummaryPoint {
  return { quantiles: quantiles.toSorted(([a], [b]) => a - b), sum, count, timestamp };
}

/** Buckets come cumulative and in any order; ours stand alone, ascending. */
function histogramOf({ bounds, sum, count, timestamp }: Parts): HistogramPoint {
  const finite = bounds.filter(([bound]) => Number.isFinite(bound)).sort(([a], [b]) => a - b);
  const last = bounds.find(([bound]) => bound === Number.POSITIVE_INFINITY);
  const cumulative = [...finite.map(([, value]) => value), last?.[1] ?? count];
  const counts = cumulative.map((value, at) => Math.max(0, value - (at === 0 ? 0 : (cumulative[at - 1] ?? 0))));
  const exemplars = new Map<number, Exemplar>();
  for (const [at, [, , exemplar]] of [...finite, ...(last ? [last] : [])].entries())
    if (exemplar) exemplars.set(at, exemplar);
  return { bounds: finite.map(([bound]) => bound), counts, sum, count: last?.[1] ?? count, timestamp, exemplars };
}
