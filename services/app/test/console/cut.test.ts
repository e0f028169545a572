import { expect, test } from 'vitest';
import { cut } from '../../src/console/cut.ts';

test('short values are unchanged', () => {
  const value = { text: 'a', list: [1, null, { deep: true }] };
  expect(cut(value)).toEqual(value);
});

test('a long list and a long record end with a word that says how much is left out', () => {
  const many = Array.from({ length: 250 }, (_, index) => index);
  expect((cut(many) as unknown[]).at(-1)).toBe('… cut: 50 more');
  const record = cut(Object.fromEntries(many.map((index) => [`k${index}`, index]))) as Record<string, unknown>;
  expect(Object.keys(record)).toHaveLength(201);
  expect(record['…']).toBe('cut: 50 more');
});
