import { type Family, sampleNames } from '../series/family.ts';
import { Slices } from '../slices.ts';
import { escapeName } from './escaping.ts';

export type Contribution = { source: string; families: readonly Family[] };
export type MergeProblem = 'duplicate' | 'type_conflict' | 'reserved_name';

/** A family with a copy of the series, to which others can be added. */
type Union = { family: Family; series: Map<string, unknown> };

/** Number of series between two checks of the clock. */
const seriesPerCheck = 500;

/**
 * Merge the families of all sources. For each name the first source, in the order of the configuration, decides the type
 * and the help, and its samples win. A family is left out if it has another type, if another family has samples of its
 * name, or if its name followed by an underscore begins with `reserved`: then samples such as `_sum` would have a
 * reserved name. `onProblem` is called for each. A long merge pauses, so that other requests are served.
 */
export async function mergeFamilies(
  contributions: readonly Contribution[],
  onProblem: (source: string, problem: MergeProblem) => void,
  reserved?: string,
): Promise<Family[]> {
  const merged = new Map<string, Family>();
  const unions = new Map<string, Union>();
  const owners = new Map<string, string>();
  const slices = new Slices();
  for (const { source, families } of contributions) {
    for (const family of families) {
      if (reserved !== undefined && escapeName(`${family.name}_`, 'underscores').startsWith(reserved)) {
        onProblem(source, 'reserved_name');
        continue;
      }
      const first = merged.get(family.name);
      const names = sampleNames(family);
      if (first === undefined && !names.some((name) => owners.has(name))) {
        merged.set(family.name, family);
        for (const name of names) owners.set(name, family.name);
      } else if (first?.type === family.type) {
        const union = unions.get(family.name) ?? (await copyFamily(first, slices));
        unions.set(family.name, union);
        merged.set(family.name, union.family);
        await addSeries(family.series, union.series, slices, () => onProblem(source, 'duplicate'));
      } else {
        onProblem(source, 'type_conflict');
      }
      if (slices.over) await slices.pause();
    }
  }
  return [...merged.values()];
}

async function copyFamily(first: Family, slices: Slices): Promise<Union> {
  const series = new Map<string, unknown>();
  await addSeries(first.series, series, slices, () => {});
  return { family: { ...first, series } as unknown as Family, series };
}

async function addSeries(
  from: ReadonlyMap<string, unknown>,
  to: Map<string, unknown>,
  slices: Slices,
  onDuplicate: () => void,
): Promise<void> {
  let count = 0;
  for (const [labels, point] of from) {
    if (to.has(labels)) onDuplicate();
    else to.set(labels, point);
    count += 1;
    if (count % seriesPerCheck === 0 && slices.over) await slices.pause();
  }
}
