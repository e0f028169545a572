import type { Labels, MetricSpec, Series, SeriesSink } from '../sink.ts';
import type { StatsdCounts } from './counts.ts';
import { escapeName } from './line/escape.ts';
import { type Fault, type Meaning, type SampleKind, type TagStyles, understand } from './line/meaning.ts';
import { type PacketReader, readPacket } from './line/packet.ts';
import type { Mapped, MappingTable } from './mapping/mapping.ts';
import { PlanCache } from './plan-cache.ts';

export type IngestOptions = {
  sink: SeriesSink;
  mapping: MappingTable;
  styles: TagStyles;
  counts: StatsdCounts;
  /** Names, with their tags, of which the way to their series is remembered. */
  cacheSize: number;
};

/** What to do with the value of every sample that has one head and tail. */
type Plan =
  | { do: 'refuse'; reason: string }
  | { do: 'fail'; reason: string }
  | { do: 'drop' }
  | { do: 'conflict'; metric: string }
  | {
      do: SampleKind;
      series: Series;
      factor: number;
      weight: number;
      mapped: boolean;
      tagged: boolean;
      faults: readonly Fault[];
    };

/** Beyond this a few sums would be infinite, and stay so. */
const largest = 1e290;
const help = 'Metric made from StatsD samples.';

/** Puts StatsD packets into series. A sample whose name and tags came before costs two look-ups and an addition. */
export class StatsdIngest implements PacketReader {
  readonly #options: IngestOptions;
  readonly #cache: PlanCache<Plan>;
  readonly #counts: StatsdCounts;
  #mapping: MappingTable;

  constructor(options: IngestOptions) {
    this.#options = options;
    this.#mapping = options.mapping;
    this.#counts = options.counts;
    this.#cache = new PlanCache(options.cacheSize);
  }

  /** From now on samples are mapped by another table. Series that are there stay until their TTL takes them. */
  useMapping(mapping: MappingTable): void {
    this.#mapping = mapping;
    this.#cache.clear();
  }

  /** Take whole lines, as latin1 text. */
  packet(text: string): void {
    readPacket(text, this);
  }

  line(): void {
    this.#counts.lines += 1;
  }

  sample(head: string, tail: string, value: number, signed: boolean): void {
    const counts = this.#counts;
    counts.samples += 1;
    const known = this.#cache.get(head, tail);
    const plan = known === undefined || ('series' in known && known.series.expired) ? this.#plan(head, tail) : known;
    switch (plan.do) {
      case 'refuse':
        return counts.sampleError(plan.reason);
      case 'fail':
        return counts.eventError(plan.reason);
      case 'drop':
        counts.actions.drop += 1;
        return undefined;
      case 'conflict':
        counts.conflicts.add(plan.metric);
        return undefined;
      default:
        return this.#apply(plan, value * plan.factor, signed);
    }
  }

  oddValue(): void {
    this.#counts.samples += 1;
    this.#counts.sampleError('malformed_value');
  }

  malformed(reason: string): void {
    this.#counts.sampleError(reason);
  }

  ignored(kind: 'event' | 'service_check'): void {
    this.#counts.ignored[kind] += 1;
  }

  #apply(plan: Extract<Plan, { series: Series }>, value: number, signed: boolean): void {
    const counts = this.#counts;
    if (!(value <= largest && value >= -largest)) return counts.sampleError('malformed_value');
    for (const fault of plan.faults) {
      if (fault === 'tag') counts.tagErrors += 1;
      else counts.sampleError(fault);
    }
    if (plan.tagged) counts.tagged += 1;
    if (plan.mapped) counts.actions.map += 1;
    else counts.unmapped += 1;
    if (plan.do === 'counter') {
      if (value < 0) return counts.eventError('illegal_negative_counter');
      plan.series.add(value);
    } else if (plan.do === 'observer') {
      plan.series.observe(value, plan.weight);
    } else if (signed) {
      plan.series.add(value);
    } else {
      plan.series.set(value);
    }
    counts.events[plan.do] += 1;
    return undefined;
  }

  #plan(head: string, tail: string): Plan {
    // A timestamp (DogStatsD 1.3) would make every sample look new.
    const stamp = tail.indexOf('|T');
    if (stamp !== -1) {
      const plain = tail.slice(0, stamp) + tail.slice(stamp).replace(/^\|T[^|]*/, '');
      if (plain !== tail) return this.#cache.get(head, plain) ?? this.#plan(head, plain);
    }
    const meaning = understand(head, tail, this.#options.styles);
    const plan = typeof meaning === 'string' ? { do: 'refuse' as const, reason: meaning } : this.#planOf(meaning);
    // What conflicts now may not once the other metric's series have expired.
    if (plan.do !== 'conflict') this.#cache.set(head, tail, plan);
    return plan;
  }

  #planOf(meaning: Meaning): Plan {
    const mapped = this.#mapping.find(meaning.name, meaning.kind);
    if (mapped?.action === 'drop') return { do: 'drop' };
    const name = escapeName(mapped?.name ?? meaning.name);
    if (name === '') return { do: 'fail', reason: 'empty_metric_name' };
    const spec = specOf(name, meaning.kind, mapped ?? { ...this.#mapping.unmapped, help: undefined });
    const series = this.#options.sink.series(spec, labelsOf(meaning, mapped, spec));
    if (series === undefined) return { do: 'conflict', metric: name };
    const { kind, factor, weight, faults, labels } = meaning;
    const scaled = factor * (mapped?.scale ?? 1);
    return { do: kind, series, factor: scaled, weight, faults, mapped: mapped !== undefined, tagged: labels.size > 0 };
  }
}

function specOf(
  name: string,
  kind: SampleKind,
  { help: own, ttl, observer }: Pick<Mapped, 'help' | 'ttl' | 'observer'>,
): MetricSpec {
  const shared = { name, help: own || help, ttl };
  return kind === 'observer' ? { ...shared, ...observer } : { ...shared, type: kind };
}

/** `le` and `quantile` are the type's own labels; a tag of that name would make its series unreadable. */
const reserved: Partial<Record<MetricSpec['type'], string>> = { histogram: 'le', summary: 'quantile' };

function labelsOf({ labels }: Meaning, mapped: Mapped | undefined, { type }: MetricSpec): Labels {
  const merged = new Map(labels);
  for (const [label, value] of mapped?.labels ?? []) {
    if (!(mapped?.honorLabels && merged.has(label))) merged.set(label, value);
  }
  const own = reserved[type];
  const clash = own === undefined ? undefined : merged.get(own);
  if (clash !== undefined) {
    merged.delete(String(own));
    merged.set(`exported_${own}`, clash);
  }
  return merged;
}
