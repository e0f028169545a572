import type { Family, NumberPoint } from '../series/family.ts';
import { plainFamilies } from './plain-families.ts';

/** A family with its names in a format. */
export type NamedFamily = {
  family: Family;
  /** Name in HELP and TYPE. */
  name: string;
  /** Prefix of the names of its samples. */
  sample: string;
  type: string;
  suffixes: { sum: string; count: string };
  /** Name of the samples with the time when a series began, if they are written. */
  created: string | undefined;
};

const totals = { sum: '_sum', count: '_count' };
const gaugeTotals = { sum: '_gsum', count: '_gcount' };

/** Names in the text format, which lacks some types of OpenMetrics. */
export function textNames(families: readonly Family[]): NamedFamily[] {
  return families.flatMap((family) => {
    const plain = family.type === 'gaugehistogram' ? plainFamilies(family, family.series) : [family];
    return [...plain, ...createdFamily(family)].map(textName);
  });
}

/** The types of OpenMetrics that the text format lacks. */
const typesInText: Partial<Record<Family['type'], string>> = { unknown: 'untyped', info: 'gauge', stateset: 'gauge' };

function textName(family: Family): NamedFamily {
  const { name, type } = family;
  return { family, name, sample: name, type: typesInText[type] ?? type, suffixes: totals, created: undefined };
}

/** The times when series began, as a family of gauges. */
function createdFamily({ name, help, type, series, showsCreated }: Family): Family[] {
  if (!showsCreated) return [];
  const created = new Map<string, NumberPoint>();
  for (const [labels, point] of series)
    if (point.created !== undefined) created.set(labels, { value: point.created / 1000 });
  return [{ name: createdName({ name, type }), help, type: 'gauge', series: created }];
}

const createdName = ({ name, type }: Pick<Family, 'name' | 'type'>) =>
  `${type === 'counter' && name.endsWith('_total') ? name.slice(0, -'_total'.length) : name}_created`;

/**
 * Names in OpenMetrics: a counter `a_total` is the family `a` with the sample `a_total`; the same holds for `_info`.
 * Samples keep their names in every format. So a counter without `_total`, an info without `_info`, and the later of two
 * families that would get one name have the type unknown.
 */
export function openMetricsNames(families: readonly Family[]): NamedFamily[] {
  const taken = new Set(families.map(({ name }) => name));
  return families.map((family) => {
    const ending = { counter: '_total', info: '_info' }[family.type as string];
    const suffixes = family.type === 'gaugehistogram' ? gaugeTotals : totals;
    const { name, type } = family;
    const created = family.showsCreated ? createdName(family) : undefined;
    if (ending === undefined) return { family, name, sample: name, type, suffixes, created };
    const base = name.endsWith(ending) ? name.slice(0, -ending.length) : '';
    if (base === '' || taken.has(base)) return { family, name, sample: name, type: 'unknown', suffixes, created };
    taken.add(base);
    return { family, name: base, sample: name, type, suffixes, created };
  });
}
