import { NamedCounts } from '../named-counts.ts';
import type { Labels, MetricSpec, Series, SeriesSink } from '../sink.ts';
import { Budget, estimateBytes, estimateFamilyBytes } from './budget.ts';
import type { Family } from './family.ts';
import { labelsText } from './labels.ts';
import { haveOneShape, type LiveFamily, overflowLabels, specSampleNames, toFamily } from './live-family.ts';
import { type Clock, createSeries, type LiveSeries } from './live-series.ts';
import { OverflowSeries } from './overflow-series.ts';

export type SeriesLimits = { seriesPerMetric: number; seriesPerSource: number };

/** The series of a source, and its samples and series that were refused or merged. */
export type StoreCounts = {
  series: number;
  /** Samples, by metric, that went to an `other` series or were dropped because of a limit. */
  overflow: NamedCounts;
  /** Refused series, by metric: the type differs, or the name belongs to another metric's samples or to the adapter. */
  conflicts: NamedCounts;
  /** Series that expired by their TTL. */
  expired: number;
};

type SeriesRequest = { source: string; limits: SeriesLimits; counts: StoreCounts; spec: MetricSpec; labels: Labels };

/**
 * The series of all StatsD and log sources. Sources share metrics: equal series of two sources are one. The limits
 * and a budget in bytes bound the memory, even if every sample has new labels.
 */
export class SeriesStore {
  readonly #families = new Map<string, LiveFamily>();
  /** The family that owns the name of a sample: a histogram `a` excludes a counter `a_count`. */
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

  /** The sink of one source. A later call with other limits, after a reload, keeps its series. */
  sink(source: string, limits: SeriesLimits): SeriesSink {
    const counts = this.counts(source);
    return { series: (spec, labels) => this.#series({ source, limits, counts, spec, labels }) };
  }

  counts(source: string): StoreCounts {
    const known = this.#counts.get(source);
    if (known !== undefined) return known;
    const counts = { overflow: new NamedCounts(), conflicts: new NamedCounts(), expired: 0, series: 0 };
    this.#counts.set(source, counts);
    return counts;
  }

  /** The estimated bytes of all series. */
  get bytes(): number {
    return this.#budget.used;
  }

  /** Set the budget in bytes. When it is used up, no series is added and summaries keep fewer observations. */
  limitBytes(bytes: number): void {
    this.#budget.limit = bytes;
  }

  /** Call each second: updates the clock and removes series without a sample within their TTL. */
  sweep(): void {
    const clock = this.#clock;
    const now = this.#now();
    clock.tick += Math.max(0, Math.round((now - clock.now) / 1000));
    clock.now = now;
    const { tick } = clock;
    for (const family of this.#families.values()) {
      const expired = this.#remove(family, ({ owner, touched }) => owner.ttl > 0 && tick - touched > owner.ttl);
      for (const { owner } of expired) this.counts(owner.source).expired += 1;
    }
  }

  /** Call after the reload of a mapping: a metric with another type or other buckets then replaces its old series. */
  allowNewShapes(): void {
    this.#generation += 1;
  }

  /** Refuse all names with the prefix of the adapter's own metrics, and the prefix without its last underscore. */
  reserve(prefix: string): void {
    this.#reserved = prefix;
  }

  /**
   * Call after a reload with the names of all sources. Removes the series of others. A metric with another type or other
   * buckets then replaces its old series.
   */
  beginGeneration(sources: ReadonlySet<string>): void {
    this.#generation += 1;
    for (const family of this.#families.values())
      this.#remove(family, ({ owner }) => !sources.has(owner.source) || this.#isReserved(family.spec.name));
    for (const source of this.#counts.keys()) if (!sources.has(source)) this.#counts.delete(source);
  }

  /** Remove the series of a source, or of all. The next sample begins a new one. */
  clear(source?: string): void {
    for (const family of this.#families.values())
      this.#remove(family, ({ owner }) => source === undefined || owner.source === source);
  }

  /** All families. They are views of the live series, without a copy. */
  families(): Family[] {
    return [...this.#families.values()].map(toFamily);
  }

  #series(request: SeriesRequest): Series | undefined {
    const { source, limits, counts, spec } = request;
    const key = labelsText(request.labels);
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
    return this.#reserved !== '' && `${name}_`.startsWith(this.#reserved);
  }

  #familyFor(spec: MetricSpec): LiveFamily | 'conflict' | undefined {
    const family = this.#families.get(spec.name);
    if (family === undefined)
      return specSampleNames(spec).some((name) => this.#owners.has(name)) ? 'conflict' : undefined;
    if (family.generation !== this.#generation) {
      family.generation = this.#generation;
      if (!haveOneShape(family.spec, spec)) {
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
    this.#budget.used += estimateFamilyBytes(spec);
    for (const name of specSampleNames(spec)) this.#owners.set(name, spec.name);
    return family;
  }

  #addSeries(family: LiveFamily, key: string, source: string): LiveSeries {
    const { spec } = family;
    const bytes = estimateBytes(key, spec);
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
    const key = overflowLabels(family);
    const target =
      family.spec.type === 'gauge' ? undefined : (family.series.get(key) ?? this.#addSeries(family, key, source));
    const overflow = new OverflowSeries(target, counts.overflow.get(family.spec.name));
    family.overflows.set(source, overflow);
    return overflow;
  }

  #remove(family: LiveFamily, isGone: (series: LiveSeries) => boolean): LiveSeries[] {
    const removed: LiveSeries[] = [];
    for (const [key, series] of family.series) {
      if (!isGone(series)) continue;
      removed.push(series);
      series.expired = true;
      family.series.delete(key);
      this.counts(series.owner.source).series -= 1;
      this.#budget.used -= series.bytes;
    }
    if (removed.length === 0) return removed;
    for (const overflow of family.overflows.values()) overflow.expired = true;
    family.overflows.clear();
    if (family.series.size === 0) {
      this.#families.delete(family.spec.name);
      this.#budget.used -= estimateFamilyBytes(family.spec);
      for (const name of specSampleNames(family.spec)) this.#owners.delete(name);
    }
    return removed;
  }
}
