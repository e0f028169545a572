import type { MetricSpec, Series } from '../sink.ts';
import type { HistogramPoint, NumberPoint, SummaryPoint } from './family.ts';
import { NativeHistogram } from './native-histogram.ts';
import { QuantileWindow } from './quantile-window.ts';

/** The second that it is, by a counter that the store moves: cheaper than asking a clock for each sample. */
export type Clock = { tick: number; now: number };

/** Who made a series, and after how many ticks without a sample it goes (0 for never). */
export type Ownership = { source: string; ttl: number };

/** A series that is written to, and read as a point when it is exposed. */
export abstract class LiveSeries implements Series {
  expired = false;
  /** The clock's tick at the last write. */
  touched: number;
  readonly created: number;
  readonly owner: Ownership;
  protected readonly clock: Clock;

  constructor(clock: Clock, owner: Ownership) {
    this.clock = clock;
    this.owner = owner;
    this.touched = clock.tick;
    this.created = clock.now;
  }

  add(_value: number): void {}
  set(_value: number): void {}
  observe(_value: number, _weight: number): void {}
}

class LiveNumber extends LiveSeries implements NumberPoint {
  value = 0;

  override add(value: number): void {
    this.value += value;
    this.touched = this.clock.tick;
  }

  override set(value: number): void {
    this.value = value;
    this.touched = this.clock.tick;
  }
}

type Spec<Type extends MetricSpec['type']> = Extract<MetricSpec, { type: Type }>;

export class LiveHistogram extends LiveSeries implements HistogramPoint {
  readonly bounds: readonly number[];
  readonly counts: number[];
  readonly native: NativeHistogram | undefined;
  sum = 0;
  count = 0;

  constructor(clock: Clock, owner: Ownership, { buckets, nativeFactor, nativeMaxBuckets = 160 }: Spec<'histogram'>) {
    super(clock, owner);
    this.bounds = buckets;
    this.counts = Array.from({ length: buckets.length + 1 }, () => 0);
    if (nativeFactor !== undefined && nativeFactor > 1)
      this.native = new NativeHistogram(nativeFactor, nativeMaxBuckets);
  }

  override observe(value: number, weight: number): void {
    const { bounds } = this;
    let [low, high] = [0, bounds.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (value <= (bounds[middle] ?? 0)) high = middle;
      else low = middle + 1;
    }
    this.counts[low] = (this.counts[low] ?? 0) + weight;
    this.sum += value * weight;
    this.count += weight;
    this.native?.observe(value, weight);
    this.touched = this.clock.tick;
  }
}

class LiveSummary extends LiveSeries implements SummaryPoint {
  readonly #asked: readonly number[];
  readonly #window: QuantileWindow;
  sum = 0;
  count = 0;

  constructor(clock: Clock, owner: Ownership, spec: Spec<'summary'>) {
    super(clock, owner);
    this.#asked = spec.quantiles.map(({ quantile }) => quantile).toSorted((a, b) => a - b);
    this.#window = new QuantileWindow(spec);
  }

  override observe(value: number, weight: number): void {
    this.#window.observe(value, weight, this.clock.now);
    this.sum += value * weight;
    this.count += weight;
    this.touched = this.clock.tick;
  }

  get quantiles(): [number, number][] {
    const values = this.#window.at(this.#asked, this.clock.now);
    return this.#asked.map((quantile, at) => [quantile, values[at] ?? Number.NaN]);
  }
}

export function createSeries(clock: Clock, owner: Ownership, spec: MetricSpec): LiveSeries {
  if (spec.type === 'histogram') return new LiveHistogram(clock, owner, spec);
  return spec.type === 'summary' ? new LiveSummary(clock, owner, spec) : new LiveNumber(clock, owner);
}
