import type { MetricSpec, Series } from '../sink.ts';
import { type Budget, bytesPerObservation } from './budget.ts';
import type { HistogramPoint, NumberPoint, SummaryPoint } from './family.ts';
import { MemberWindow } from './member-window.ts';
import { NativeHistogram } from './native-histogram.ts';
import { QuantileWindow } from './quantile-window.ts';

/** The current time, which the store updates each second: cheaper than reading the clock for each sample. */
export type Clock = { tick: number; now: number };

/** The source of a series, the ticks without a sample after which it expires (0 for never), and its bytes at first. */
export type Ownership = { source: string; ttl: number; bytes: number };

/** The objects that all series of a store share, and the owner of this one. */
export type SeriesContext = { clock: Clock; budget: Budget; owner: Ownership };

/** A series that sources write to, and that is a point when it is exposed. */
export abstract class LiveSeries implements Series {
  expired = false;
  /** The clock's tick at the last write. */
  touched: number;
  readonly created: number;
  readonly owner: Ownership;
  protected readonly clock: Clock;

  constructor({ clock, owner }: SeriesContext) {
    this.clock = clock;
    this.owner = owner;
    this.touched = clock.tick;
    this.created = clock.now;
  }

  /** The estimated bytes of the series. */
  get bytes(): number {
    return this.owner.bytes;
  }

  add(_value: number, _timestamp?: number): void {}
  set(_value: number, _timestamp?: number): void {}
  observe(_value: number, _weight: number): void {}
  addMember(_member: string): boolean {
    return false;
  }
}

class LiveNumber extends LiveSeries implements NumberPoint {
  value = 0;
  timestamp: number | undefined;

  override add(value: number, timestamp?: number): void {
    this.value += value;
    this.#shift(timestamp);
  }

  override set(value: number, timestamp?: number): void {
    if (timestamp === undefined || !(timestamp < (this.timestamp ?? timestamp))) this.value = value;
    this.#shift(timestamp);
  }

  /** The timestamp never goes back. */
  #shift(timestamp: number | undefined): void {
    if (timestamp !== undefined && !(timestamp <= (this.timestamp ?? Number.NEGATIVE_INFINITY)))
      this.timestamp = timestamp;
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

  constructor(context: SeriesContext, { buckets, nativeFactor, nativeMaxBuckets = 160 }: Spec<'histogram'>) {
    super(context);
    this.bounds = buckets;
    this.counts = Array.from({ length: buckets.length + 1 }, () => 0);
    if (nativeFactor !== undefined && nativeFactor > 1)
      this.native = new NativeHistogram(nativeFactor, nativeMaxBuckets);
  }

  override observe(value: number, weight: number): void {
    const { bounds } = this;
    let low = 0;
    let high = bounds.length;
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
  readonly #budget: Budget;
  #observations = 0;
  sum = 0;
  count = 0;

  constructor(context: SeriesContext, spec: Spec<'summary'>) {
    super(context);
    this.#budget = context.budget;
    this.#asked = spec.quantiles.map(({ quantile }) => quantile).toSorted((a, b) => a - b);
    this.#window = new QuantileWindow(spec);
  }

  override observe(value: number, weight: number): void {
    this.#window.observe(value, { weight, now: this.clock.now, scarce: this.#budget.full });
    this.#account();
    this.sum += value * weight;
    this.count += weight;
    this.touched = this.clock.tick;
  }

  get quantiles(): [number, number][] {
    const values = this.#window.at(this.#asked, this.clock.now);
    this.#account();
    return this.#asked.map((quantile, at) => [quantile, values[at] ?? Number.NaN]);
  }

  override get bytes(): number {
    return this.owner.bytes + this.#observations * bytesPerObservation;
  }

  #account(): void {
    const { size } = this.#window;
    this.#budget.used += (size - this.#observations) * bytesPerObservation;
    this.#observations = size;
  }
}

class LiveSet extends LiveSeries implements NumberPoint {
  readonly #window: MemberWindow;
  readonly #budget: Budget;
  #counted = 0;

  constructor(context: SeriesContext, spec: Spec<'set'>) {
    super(context);
    this.#budget = context.budget;
    this.#window = new MemberWindow(spec);
  }

  override addMember(member: string): boolean {
    const kept = this.#window.add(member, { now: this.clock.now, full: this.#budget.full });
    this.#account();
    this.touched = this.clock.tick;
    return kept;
  }

  get value(): number {
    const size = this.#window.sizeAt(this.clock.now);
    this.#account();
    return size;
  }

  override get bytes(): number {
    return this.owner.bytes + this.#counted;
  }

  #account(): void {
    const { bytes } = this.#window;
    this.#budget.used += bytes - this.#counted;
    this.#counted = bytes;
  }
}

export function createSeries(context: SeriesContext, spec: MetricSpec): LiveSeries {
  if (spec.type === 'histogram') return new LiveHistogram(context, spec);
  if (spec.type === 'set') return new LiveSet(context, spec);
  return spec.type === 'summary' ? new LiveSummary(context, spec) : new LiveNumber(context);
}
