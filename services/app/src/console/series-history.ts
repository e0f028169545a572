import { hour } from '../lifecycle/ring.ts';
import type { Series } from './prometheus-text.ts';

/** Moments in milliseconds since the epoch, and for each series its value at each of them; null where it had none. */
export type SeriesColumns = { at: number[]; values: Record<string, (number | null)[]> };

const interval = 10_000;
const mostPoints = hour / interval;
/** Beyond it a series has no history: an hour of this many is some 100 kB as JSON. */
const mostSeries = 60;

const seriesKey = ({ name, labels }: Pick<Series, 'name' | 'labels'>): string => `${name}${JSON.stringify(labels)}`;

/** What the adapted series were within the last hour, every 10 s. */
export class SeriesHistory {
  #at: number[] = [];
  readonly #values = new Map<string, (number | null)[]>();

  /** A record sooner than 10 s after the last one is left out. */
  record(series: readonly Series[], now: number): void {
    if (now - (this.#at.at(-1) ?? Number.NEGATIVE_INFINITY) < interval * 0.9) return;
    const current = new Map(series.map((one) => [seriesKey(one), one.value]));
    for (const key of current.keys()) {
      if (this.#values.size >= mostSeries) break;
      if (!this.#values.has(key))
        this.#values.set(
          key,
          this.#at.map(() => null),
        );
    }
    this.#at = [...this.#at, now].slice(-mostPoints);
    for (const [key, values] of this.#values) {
      const kept = [...values, current.get(key) ?? null].slice(-mostPoints);
      if (kept.every((value) => value === null)) this.#values.delete(key);
      else this.#values.set(key, kept);
    }
  }

  get columns(): SeriesColumns {
    return { at: this.#at, values: Object.fromEntries(this.#values) };
  }
}
