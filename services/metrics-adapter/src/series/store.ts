import { NamedCounts } from '../named-counts.ts';
import type { Labels, MetricSpec, Series, SeriesSink } from '../sink.ts';
import { Budget, bytesOfSeries } from './budget.ts';
import { type Family, sampleNames } from './family.ts';
import { labelsText, parseLabelsText } from './labels.ts';
import { type Clock, createSeries, type LiveSeries } from './live-series.ts';
import { OverflowSeries } from './overflow-series.ts';

export type SeriesLimits = { seriesPerMetric: number; seriesPerSource: number };

/** What the store holds of a source, and what it could not take as it came. */
export type StoreCounts = {
  series: number;
  /** Samples that a limit sent to an `other` series, or dropped, by metric. */
  overflow: NamedCounts;
  /** Requests, by metric, for a series of one that has another type, or whose name another metric's samples or the adapter has. */
  conflicts: NamedCounts;
  /** Series that their TTL took away. */
  expired: number;
};

type LiveFamily = {
  spec: MetricSpec;
  generation: number;
  series: Map<string, LiveSeries>;
  /** By source; what it holds asks again once there is room. */
  overflows: Map<string, OverflowSeries>;
};
type Ask = { source: string; limits: SeriesLimits; counts: StoreCounts; spec: MetricSpec; labels: Labels };

/**
 * The series of all sources that bring samples by themselves. Metrics are shared: two sources that write the same
 * series write to one. Memory is bounded by the limits and by a budget in bytes, whatever label values arrive.
 */
export class SeriesStore {
  readonly #families = new Map<string, LiveFamily>();
  /** Which family has samples of a name: a histogram `a` and a counter `a_count` can't both be. */
  readonly #owners = new Map<string, string>();
  readonly #counts = new Map<string, StoreCounts>();
  readonly #clock: Clock;
  readonly #now: () => number;
  readonly #budget = new Budget();
  #generation = 0;
  #reserved = '';

  constructor({ now = Date.now }: { now?: () => number } = {}) {
    this.#now = now;
    this.#clock = { tick: 0, now: now() };
  }

  /** The sink of one source. After a reload it is asked for again, perhaps with other limits; its series stay. */
  sink(source: string, limits: SeriesLimits): SeriesSink {
    const counts = this.counts(source);
    return { series: (spec, labels) => this.#series({ source, limits, counts, spec, labels }) };
  }

  counts(source: string): StoreCounts {
    let counts = this.#counts.get(source);
    if (counts === undefined)
      this.#counts.set(
        source,
        (counts = { overflow: new NamedCounts(), conflicts: new NamedCounts(), expired: 0, series: 0 }),
      );
    return counts;
  }

  /** The bytes that all series take by an estimate. */
  get bytes(): number {
    return this.#budget.used;
  }

  /** From now on there is no new series once all take so many bytes, and summaries keep fewer observations. */
  limitBytes(bytes: number): void {
    this.#budget.limit = bytes;
  }

  /** Call each second: moves the clock on and removes series that had no sample within their TTL. */
  sweep(): void {
    const [clock, now] = [this.#clock, this.#now()];
    clock.tick += Math.max(0, Math.round((now - clock.now) / 1000));
    clock.now = now;
    const { tick } = clock;
    for (const family of this.#families.values())
      this.#remove(family, ({ owner, touched }) => owner.ttl > 0 && tick - touched > owner.ttl);
  }

  /** Call after a mapping was reloaded: a metric may come with another type or other buckets, which begins it anew. */
  allowNewShapes(): void {
    this.#generation += 1;
  }

  /** Names that begin so are the adapter's own, and refused to all sources. */
  reserve(prefix: string): void {
    this.#reserved = prefix;
  }

  /**
   * Call after a reload with the names of the sources that there are: series of others go, and from now on a metric
   * may come with another type or other buckets than before, which begins it anew.
   */
  beginGeneration(sources: ReadonlySet<string>): void {
    this.#generation += 1;
    for (const family of this.#families.values())
      this.#remove(family, ({ owner }) => !sources.has(owner.source) || this.#isReserved(family.spec.name));
    for (const source of this.#counts.keys()) if (!sources.has(source)) this.#counts.delete(source);
  }

  /** Everything there is. The families are views of the live series: nothing is copied. */
  families(): Family[] {
    return [...this.#families.values()].map(
      // The type in the spec decides the class of the series.
      ({ spec: { name, help, type }, series }) => ({ name, help, type, series }) as unknown as Family,
    );
  }

  #series(ask: Ask): Series | undefined {
    const { source, limits, counts, spec } = ask;
    const key = labelsText(ask.labels);
    const family = this.#isReserved(spec.name) ? 'conflict' : this.#familyFor(spec);
    if (family === 'conflict') {
      counts.conflicts.add(spec.name);
      return undefined;
    }
    const known = family?.series.get(key);
    if (known !== undefined) return known;
    const full = counts.series >= limits.seriesPerSource || this.#budget.full;
    if (full && family === undefined) return new OverflowSeries(undefined, counts.overflow.get(spec.name));
    const home = family ?? this.#addFamily(spec);
    if (full || home.series.size >= limits.seriesPerMetric) return this.#overflow(home, source, counts);
    return this.#addSeries(home, key, source);
  }

  #isReserved(name: string): boolean {
    return this.#reserved !== '' && name.startsWith(this.#reserved);
  }

  #familyFor(spec: MetricSpec): LiveFamily | 'conflict' | undefined {
    const family = this.#families.get(spec.name);
    if (family === undefined) return sampleNames(spec).some((name) => this.#owners.has(name)) ? 'conflict' : undefined;
    if (family.generation !== this.#generation) {
      family.generation = this.#generation;
      if (shapeOf(family.spec) !== shapeOf(spec)) {
        this.#remove(family, () => true);
        return this.#familyFor(spec);
      }
      family.spec = spec;
    }
    return family.spec.type === spec.type ? family : 'conflict';
  }

  #addFamily(spec: MetricSpec): LiveFamily {
    const family: LiveFamily = { spec, generation: this.#generation, series: new Map(), overflows: new Map() };
    this.#families.set(spec.name, family);
    for (const name of sampleNames(spec)) this.#owners.set(name, spec.name);
    return family;
  }

  #addSeries(family: LiveFamily, key: string, source: string): LiveSeries {
    const { spec } = family;
    const bytes = bytesOfSeries(key, spec);
    const owner = { source, ttl: Math.ceil(spec.ttl / 1000), bytes };
    this.#budget.used += bytes;
    const series = createSeries({ clock: this.#clock, budget: this.#budget, owner }, spec);
    family.series.set(key, series);
    this.counts(source).series += 1;
    return series;
  }

  #overflow(family: LiveFamily, source: string, counts: StoreCounts): Series {
    const known = family.overflows.get(source);
    if (known !== undefined) return known;
    const key = otherLabels(family.series);
    const target =
      family.spec.type === 'gauge' ? undefined : (family.series.get(key) ?? this.#addSeries(family, key, source));
    const overflow = new OverflowSeries(target, counts.overflow.get(family.spec.name));
    family.overflows.set(source, overflow);
    return overflow;
  }

  #remove(family: LiveFamily, goes: (series: LiveSeries) => boolean): void {
    const before = family.series.size;
    for (const [key, series] of family.series) {
      if (!goes(series)) continue;
      series.expired = true;
      family.series.delete(key);
      const counts = this.counts(series.owner.source);
      counts.series -= 1;
      counts.expired += 1;
      this.#budget.used -= series.bytes;
    }
    if (family.series.size === before) return;
    for (const overflow of family.overflows.values()) overflow.expired = true;
    family.overflows.clear();
    if (family.series.size > 0) return;
    this.#families.delete(family.spec.name);
    for (const name of sampleNames(family.spec)) this.#owners.delete(name);
  }
}

/** Labels of the `other` series: the names of the metric's first series, each with the value `other`. */
function otherLabels(series: ReadonlyMap<string, unknown>): string {
  const [first = ''] = series.keys();
  const names = parseLabelsText(first).map(([name]): [string, string] => [name, 'other']);
  return labelsText(names.length === 0 ? [['overflow', 'true']] : names);
}

/** What makes the series of one spec useless for another. */
function shapeOf(spec: MetricSpec): string {
  if (spec.type === 'histogram') return JSON.stringify([spec.type, spec.buckets, spec.nativeFactor]);
  if (spec.type !== 'summary') return spec.type;
  return JSON.stringify([spec.type, spec.quantiles, spec.maxAge, spec.ageBuckets]);
}
