import { type Family, sampleNames } from '../series/family.ts';

export type Contribution = { source: string; families: readonly Family[] };
export type MergeProblem = 'duplicate' | 'type_conflict';

/**
 * The families of all sources under one roof, each name once. The rule: the first source, in the order of the
 * configuration, decides on a metric's type and help; of two samples of one series hers counts; a metric of
 * another type, or one whose name is taken by the samples of another, is left out. `onProblem` is told of each.
 */
export function mergeFamilies(
  contributions: readonly Contribution[],
  onProblem: (source: string, problem: MergeProblem) => void,
): Family[] {
  const merged = new Map<string, Family>();
  const owners = new Map<string, string>();
  for (const { source, families } of contributions) {
    for (const family of families) {
      const first = merged.get(family.name);
      const names = sampleNames(family);
      if (first === undefined && !names.some((name) => owners.has(name))) {
        merged.set(family.name, family);
        for (const name of names) owners.set(name, family.name);
      } else if (first?.type === family.type) {
        merged.set(
          family.name,
          union(first, family, () => onProblem(source, 'duplicate')),
        );
      } else {
        onProblem(source, 'type_conflict');
      }
    }
  }
  return [...merged.values()];
}

function union(first: Family, second: Family, onDuplicate: () => void): Family {
  const series = new Map<string, unknown>(first.series);
  for (const [labels, point] of second.series) {
    if (series.has(labels)) onDuplicate();
    else series.set(labels, point);
  }
  return { ...first, series } as unknown as Family;
}
