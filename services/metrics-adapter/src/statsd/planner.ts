import { copyText } from '../series/copy-text.ts';
import { typeLabels } from '../series/family.ts';
import type { Labels, MetricSpec, Series, SeriesSink } from '../sink.ts';
import type { StatsdCounts } from './counts.ts';
import { escapeStatsdName } from './line/escape.ts';
import { type Meaning, parseMeaning, type SampleError, type SampleKind, type TagStyles } from './line/meaning.ts';
import type { Mapped, MappingTable } from './mapping/mapping.ts';
import { PlanCache } from './plan-cache.ts';

export type PlannerOptions = {
  sink: SeriesSink;
  mapping: MappingTable;
  styles: TagStyles;
  /** Milliseconds for which a member of a set counts, and the maximum number of members of a series. */
  sets: { maxAge: number; maxMembers: number };
  counts: StatsdCounts;
  /** Maximum number of plans in the cache. */
  cacheSize: number;
};

/** The series for samples, and how they change it. */
export type SeriesPlan = {
  do: SampleKind;
  series: Series;
  factor: number;
  weight: number;
  mapped: boolean;
  tagged: boolean;
  errors: readonly SampleError[];
};

/** What to do with the values of all samples with one head and tail. */
export type Plan =
  | { do: 'refuse'; reason: string }
  | { do: 'fail'; reason: string }
  | { do: 'drop' }
  | { do: 'conflict'; metric: string }
  | SeriesPlan;

const help = 'Metric made from StatsD samples.';

/** Makes the plan for the head and tail of a sample, and caches it. */
export class Planner {
  readonly #options: PlannerOptions;
  readonly #cache: PlanCache<Plan>;
  #mapping: MappingTable;

  constructor(options: PlannerOptions) {
    this.#options = options;
    this.#mapping = options.mapping;
    this.#cache = new PlanCache(options.cacheSize);
  }

  /** Map further samples by another table. Existing series stay until they expire. */
  useMapping(mapping: MappingTable): void {
    this.#mapping = mapping;
    this.#cache.clear();
  }

  plan(head: string, tail: string): Plan {
    const known = this.#known(head, tail);
    if (known !== undefined) return known;
    const plain = this.#withoutTimestamps(tail);
    return this.#known(head, plain) ?? this.#make(head, plain);
  }

  #known(head: string, tail: string): Plan | undefined {
    const plan = this.#cache.get(head, tail);
    return plan !== undefined && 'series' in plan && plan.series.expired ? undefined : plan;
  }

  /** Remove timestamps (DogStatsD 1.3), with which every sample would need a plan of its own. Invalid ones are counted. */
  #withoutTimestamps(tail: string): string {
    return tail.replaceAll(/\|T[^|]*/g, (field) => {
      if (!/^\|T\d+$/.test(field)) this.#options.counts.sampleErrors.add('malformed_timestamp');
      return '';
    });
  }

  #make(head: string, tail: string): Plan {
    const meaning = parseMeaning(head, tail, this.#options.styles);
    const plan = typeof meaning === 'string' ? { do: 'refuse' as const, reason: meaning } : this.#mapped(meaning);
    // A conflict ends when the series of the other metric expire, so it isn't cached.
    if (plan.do !== 'conflict') this.#cache.set(head, tail, plan);
    return plan;
  }

  #mapped(meaning: Meaning): Plan {
    const mapped = this.#mapping.find(meaning.name, meaning.kind);
    if (mapped?.action === 'drop') return { do: 'drop' };
    const name = copyText(escapeStatsdName(mapped?.name ?? meaning.name));
    if (name === '') return { do: 'fail', reason: 'empty_metric_name' };
    const spec = this.#spec(name, meaning.kind, mapped ?? { ...this.#mapping.unmapped, help: undefined });
    const series = this.#options.sink.series(spec, mergeLabels(meaning, mapped, spec));
    if (series === undefined) return { do: 'conflict', metric: name };
    const { kind, factor, weight, errors, labels } = meaning;
    const scaled = factor * (mapped?.scale ?? 1);
    return { do: kind, series, factor: scaled, weight, errors, mapped: mapped !== undefined, tagged: labels.size > 0 };
  }

  #spec(name: string, kind: SampleKind, { help: own, ttl, observer }: Pick<Mapped, 'help' | 'ttl' | 'observer'>) {
    const shared = { name, help: own || help, ttl };
    if (kind === 'set') return { ...shared, type: kind, ...this.#options.sets };
    return kind === 'observer' ? { ...shared, ...observer } : { ...shared, type: kind };
  }
}

function mergeLabels({ labels }: Meaning, mapped: Mapped | undefined, { type }: MetricSpec): Labels {
  const merged = new Map(labels);
  for (const [label, value] of mapped?.labels ?? []) {
    if (!(mapped?.honorLabels && merged.has(label))) merged.set(label, value);
  }
  const own = type === 'set' ? undefined : typeLabels[type];
  const clash = own === undefined ? undefined : merged.get(own);
  if (clash !== undefined) {
    merged.delete(String(own));
    merged.set(`exported_${own}`, clash);
  }
  return merged;
}
