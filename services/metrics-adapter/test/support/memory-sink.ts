import type { Labels, MetricSpec, Series, SeriesSink } from '../../src/sink.ts';

type Kept = { -readonly [Key in 'expired']: boolean } & {
  value: number;
  observations: [value: number, weight: number][];
  members: Set<string>;
};

/** A sink for tests that keeps samples in plain maps, without limits, TTL and exposition. */
export class MemorySink implements SeriesSink {
  readonly specs = new Map<string, MetricSpec>();
  readonly kept = new Map<string, Kept>();

  series(spec: MetricSpec, labels: Labels): Series | undefined {
    const known = this.specs.get(spec.name) ?? spec;
    this.specs.set(spec.name, known);
    if (known.type !== spec.type) return undefined;
    const key = formatKey(spec.name, labels);
    const kept = this.kept.get(key) ?? { expired: false, value: 0, observations: [], members: new Set() };
    this.kept.set(key, kept);
    return {
      get expired() {
        return kept.expired;
      },
      add: (value) => {
        kept.value += value;
      },
      set: (value) => {
        kept.value = value;
      },
      observe: (value, weight) => {
        kept.observations.push([value, weight]);
      },
      addMember: (member) => {
        kept.value = kept.members.add(member).size;
        return true;
      },
    };
  }

  /** Remove a series as if its TTL had passed. */
  expire(key: string): void {
    const kept = this.kept.get(key);
    if (kept) kept.expired = true;
    this.kept.delete(key);
  }

  /** `name{label="value"}` to its value, or to its observations as `value×weight`. */
  get values(): Record<string, number | string> {
    return Object.fromEntries([...this.kept].map(([key, kept]) => [key, shown(kept)]));
  }
}

function formatKey(name: string, labels: Labels): string {
  const pairs = [...labels].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([label, value]) => `${label}="${value}"`);
  return pairs.length === 0 ? name : `${name}{${pairs.join(',')}}`;
}

const shown = ({ value, observations }: Kept) =>
  observations.length === 0 ? value : observations.map((pair) => pair.join('×')).join(' ');
