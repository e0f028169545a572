import { expect, test } from 'vitest';
import { type MergeProblem, mergeFamilies } from '../../src/exposition/merge.ts';
import type { Family } from '../../src/series/family.ts';

function counter(name: string, labels: readonly string[], value: number): Family {
  return { name, help: '', type: 'counter', series: new Map(labels.map((label) => [label, { value }])) };
}

const ids = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => `id="${from + index}"`);

async function merged(...families: Family[][]) {
  const problems: [string, MergeProblem][] = [];
  const contributions = families.map((own, index) => ({ source: `source${index}`, families: own }));
  const result = await mergeFamilies(contributions, (...problem) => problems.push(problem));
  return { result, problems };
}

test('the first source wins, and each duplicate of another source is reported', async () => {
  const first = counter('a_total', ids(0, 2), 1);
  const { result, problems } = await merged(
    [first],
    [counter('a_total', ids(1, 3), 2)],
    [counter('a_total', ids(2, 4), 3)],
  );
  const values = [...(result[0]?.series ?? [])].map(([labels, point]) => [labels, (point as { value: number }).value]);
  expect(values).toEqual([
    ['id="0"', 1],
    ['id="1"', 1],
    ['id="2"', 2],
    ['id="3"', 3],
  ]);
  expect(problems).toEqual([
    ['source1', 'duplicate'],
    ['source2', 'duplicate'],
  ]);
  expect(first.series.size, 'what the source itself holds is left as it is').toBe(2);
});

test('a family of another type is left out', async () => {
  const gauge: Family = { name: 'a_total', help: '', type: 'gauge', series: new Map([['', { value: 1 }]]) };
  const { result, problems } = await merged([counter('a_total', [''], 1)], [gauge]);
  expect(result).toHaveLength(1);
  expect(problems).toEqual([['source1', 'type_conflict']]);
});

test('merging 200,000 series of one metric from two sources pauses often', async () => {
  let turns = 0;
  let merging = true;
  const count = () => {
    turns += 1;
    if (merging) setImmediate(count);
  };
  const families = [[counter('a_total', ids(0, 100_000), 1)], [counter('a_total', ids(100_000, 200_000), 2)]];
  setImmediate(count);
  const { result } = await merged(...families);
  merging = false;
  expect(result[0]?.series.size).toBe(200_000);
  expect(turns).toBeGreaterThan(1);
});
