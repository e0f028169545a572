import { getHeapStatistics } from 'node:v8';
import { FetchError } from '../fetch/errors.ts';
import type { Family, FamilyHead, Point } from './family.ts';
import { otherLabels } from './labels.ts';
import type { SeriesLimits } from './store.ts';

type Growing = FamilyHead & { type: Family['type']; series: Map<string, Point> };

/** One snapshot may take 1 / share of the heap. */
const share = 3;
/** Estimated bytes of a series without its labels, and of a family without its name. */
const bytesPerSeries = 300;
const bytesPerFamily = 600;

/** Why a snapshot does not have a sample of the source. */
export type SnapshotProblem = 'duplicate' | 'type_conflict' | 'overflow';

/**
 * The metrics of one scrape of one source.
 *
 * If a series has several samples with one timestamp, the first is kept. Beyond a limit counters are added up in the
 * metric's `other` series. Other types are dropped: their sum has no meaning.
 */
export class Snapshot {
  readonly #limits: SeriesLimits;
  readonly #onProblem: (problem: SnapshotProblem) => void;
  readonly #families = new Map<string, Growing>();
  readonly #maxBytes: number;
  #size = 0;
  #bytes = 0;

  constructor(
    limits: SeriesLimits,
    onProblem: (problem: SnapshotProblem) => void,
    heap = getHeapStatistics().heap_size_limit,
  ) {
    this.#limits = limits;
    this.#onProblem = onProblem;
    this.#maxBytes = heap / share;
  }

  /** The estimated bytes of what it holds, and of what its reader counted. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Count memory that the response of a source takes. @throws {FetchError} too_large beyond a third of the heap */
  spend(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes <= this.#maxBytes) return;
    const most = Math.floor(this.#maxBytes / 1_048_576);
    throw new FetchError('too_large', `the metrics of the response would take more than ${most} MiB of memory`);
  }

  /** The family to add to, which the first sample makes. Undefined if it has another type. */
  family(head: FamilyHead, type: Family['type']): SnapshotFamily | undefined {
    const known = this.#families.get(head.name);
    if (known !== undefined && known.type !== type) {
      this.#onProblem('type_conflict');
      return undefined;
    }
    const family = known ?? { ...head, type, series: new Map() };
    return { add: (labels, point) => this.#add(this.#families.get(head.name) ?? family, type, labels, point) };
  }

  /** Set when a series began. Returns false if there is no such series. */
  begun(name: string, labels: string, milliseconds: number): boolean {
    const point = this.#families.get(name)?.series.get(labels);
    if (point === undefined) return false;
    for (const each of [point, ...(point.later ?? [])]) each.created = milliseconds;
    return true;
  }

  /** The same for a source with `_created` samples. */
  created(name: string, labels: string, milliseconds: number): boolean {
    const family = this.#families.get(name);
    if (family === undefined || !this.begun(name, labels, milliseconds)) return false;
    family.showsCreated = true;
    return true;
  }

  /** The families with series. */
  families(): Family[] {
    return [...this.#families.values()].filter(({ series }) => series.size > 0) as unknown as Family[];
  }

  #add(family: Growing, type: Family['type'], labels: string, point: Point): void {
    const { name, series } = family;
    if (family.type !== type) return this.#onProblem('type_conflict');
    if (series.size >= this.#limits.seriesPerMetric || this.#size >= this.#limits.seriesPerSource)
      return this.#overflow(family, labels, point);
    const first = series.get(labels);
    if (first !== undefined && !isAnotherTime(first, point)) return this.#onProblem('duplicate');
    this.#size += 1;
    this.spend(bytesPerSeries + 2 * labels.length);
    if (first !== undefined) {
      ((first.later ??= []) as Point[]).push(point);
      return undefined;
    }
    if (series.size === 0) {
      this.spend(bytesPerFamily + 2 * name.length);
      this.#families.set(name, family);
    }
    series.set(labels, point);
    return undefined;
  }

  #overflow({ series, type }: Growing, labels: string, point: Point): void {
    if (series.has(labels)) return this.#onProblem('duplicate');
    this.#onProblem('overflow');
    if (type !== 'counter' || !('value' in point)) return undefined;
    const other = otherLabels(labels);
    const sum = series.get(other);
    if (sum !== undefined && 'value' in sum) sum.value += point.value;
    else if (series.size <= this.#limits.seriesPerMetric) series.set(other, { value: point.value });
    return undefined;
  }
}

/** `labels` is a text of `labelsText`. */
export type SnapshotFamily = { add(labels: string, point: Point): void };

/** Whether a point has another timestamp than the first and the last of its series. */
function isAnotherTime(first: Point, { timestamp }: Point): boolean {
  const last = first.later?.at(-1) ?? first;
  const known = first.timestamp !== undefined && timestamp !== undefined;
  return known && timestamp !== first.timestamp && timestamp !== last.timestamp;
}
