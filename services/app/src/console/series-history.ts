import { hour } from '../lifecycle/ring.ts';
import type { Series } from './prometheus-text.ts';

/** Times in milliseconds since the epoch, and for each series its value at each time; null where it had none. */
export type SeriesColumns = { at: number[]; values: Record<string, (number | null)[]> };

const interval = 10_000;
const maxPoints = hour / interval;
/** Maximum number of series with a history. An hour of this many is some 100 kB as JSON. */
const maxRecordedSeries = 60;

const seriesKey = ({ name, labels }: Pick<Series, 'name' | 'labels'>): string => `${name}${JSON.stringify(labels)}`;

/** The values of the adapted series within the last hour, every 10 s. */
export class SeriesHistory {
  #at: number[] = [];
  #values = new Map<string, (number | null)[]>();

  /** A record sooner than 10 s after the last one is left out. */
  record(series: readonly Series[], now: number): void {
    if (now - (this.#at.at(-1) ?? Number.NEGATIVE_INFINITY) < interval * 0.9) return;
    const current = new Map(series.slice(0, maxRecordedSeries).map((one) => [seriesKey(one), one.value]));
    // The current series come first, in the order of the page; earlier ones get the space that is left.
    const keys = [...new Set([...current.keys(), ...this.#values.keys()])].slice(0, maxRecordedSeries);
    const unknown = this.#at.map(() => null);
    const columns = keys.map((key) => {
      const values = [...(this.#values.get(key) ?? unknown), current.get(key) ?? null].slice(-maxPoints);
      return [key, values] as const;
    });
    this.#at = [...this.#at, now].slice(-maxPoints);
    this.#values = new Map(columns.filter(([, values]) => values.some((value) => value !== null)));
  }

  get columns(): SeriesColumns {
    return { at: this.#at, values: Object.fromEntries(this.#values) };
  }
}
