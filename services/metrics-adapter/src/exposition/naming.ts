import type { Family } from '../series/family.ts';

/** A family under the names that a format gives it. */
export type NamedFamily = {
  family: Family;
  /** Of the family: what HELP and TYPE say. */
  name: string;
  /** What the samples' names begin with. */
  sample: string;
  type: string;
  suffixes: { sum: string; count: string };
};

const totals = { sum: '_sum', count: '_count' };
const gaugeTotals = { sum: '_gsum', count: '_gcount' };

/** Names in the text format, which doesn't know all types of OpenMetrics. */
export function textNames(families: readonly Family[]): NamedFamily[] {
  const older: Partial<Record<Family['type'], string>> = {
    unknown: 'untyped',
    info: 'gauge',
    stateset: 'gauge',
    gaugehistogram: 'histogram',
  };
  return families.map((family) => ({
    family,
    name: family.name,
    sample: family.name,
    type: older[family.type] ?? family.type,
    suffixes: totals,
  }));
}

/**
 * Names in OpenMetrics: a counter `a_total` (or `a`) is the family `a` with the sample `a_total`, and so with `_info`.
 * Where two families would then have one name, the later stays as it is, of unknown type.
 */
export function openMetricsNames(families: readonly Family[]): NamedFamily[] {
  const taken = new Set(families.map(({ name }) => name));
  return families.map((family) => {
    const ending = { counter: '_total', info: '_info' }[family.type as string];
    const suffixes = family.type === 'gaugehistogram' ? gaugeTotals : totals;
    const { name, type } = family;
    if (ending === undefined) return { family, name, sample: name, type, suffixes };
    const base = name.endsWith(ending) ? name.slice(0, -ending.length) : name;
    if (base !== name && (base === '' || taken.has(base)))
      return { family, name, sample: name, type: 'unknown', suffixes };
    taken.add(base);
    return { family, name: base, sample: `${base}${ending}`, type, suffixes };
  });
}
