import { expect, test } from 'vitest';
import { ChangeLog, joinChanges } from '../src/document/changes.ts';

test('keeps the newest changes that fit, and the newest one however large it is', () => {
  const log = new ChangeLog();
  const add = (mebibytes: number) =>
    log.add([{ name: 'files.a', before: undefined, after: 'x'.repeat(mebibytes * 2 ** 20) }], 0);
  for (let round = 1; round <= 4; round += 1) add(3);
  expect(log.since(1)).toBe(undefined);
  expect(log.since(2)?.map(({ id }) => id)).toEqual([3, 4]);
  add(9);
  expect(log.since(3)).toBe(undefined);
  expect(log.since(4)?.map(({ id }) => id)).toEqual([5]);
});

test('joins changes, each value from its first to its last state', () => {
  const earlier = [
    { name: 'labels.a', before: '1', after: '2' },
    { name: 'labels.b', before: undefined, after: 'x' },
  ];
  const later = [
    { name: 'labels.a', before: '2', after: undefined },
    { name: 'labels.c', before: 'y', after: 'z' },
  ];
  expect(joinChanges(earlier, later)).toEqual([
    { name: 'labels.a', before: '1', after: undefined },
    { name: 'labels.b', before: undefined, after: 'x' },
    { name: 'labels.c', before: 'y', after: 'z' },
  ]);
});
