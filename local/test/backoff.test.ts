import { expect, test } from 'vitest';
import { Backoff } from '../src/backoff.ts';

test('a container that keeps ending starts at once, then after 10 s, doubled up to 5 min', () => {
  const backoff = new Backoff();
  const pauses = Array.from({ length: 8 }, () => backoff.pauseAfter(1000));
  expect(pauses).toEqual([0, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]);
});

test('a container that ran for 10 minutes starts at once again', () => {
  const backoff = new Backoff();
  backoff.pauseAfter(1000);
  backoff.pauseAfter(1000);
  expect(backoff.pauseAfter(600_000)).toBe(0);
  expect(backoff.pauseAfter(1000)).toBe(10_000);
});
