import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Budget } from '../../src/series/budget.ts';
import { LiveHistogram } from '../../src/series/live-series.ts';
import { bucketIndex, NativeHistogram, upperBound } from '../../src/series/native-histogram.ts';
import { QuantileWindow } from '../../src/series/quantile-window.ts';

const context = { clock: { tick: 0, now: 0 }, budget: new Budget(), owner: { source: 's', ttl: 0, bytes: 0 } };

test('a value at a bound belongs to the bucket below it', () => {
  const histogram = new LiveHistogram(context, {
    type: 'histogram',
    name: 'h',
    help: '',
    ttl: 0,
    buckets: [1, 2],
  });
  for (const value of [1, 1.5, 2, 3]) histogram.observe(value, 2);
  expect([histogram.counts, histogram.sum, histogram.count]).toEqual([[2, 4, 2], 15, 8]);
});

test('each value lies in its native bucket', () => {
  const size = fc.double({ min: 1e-30, max: 1e30, noNaN: true });
  fc.assert(
    fc.property(size, fc.integer({ min: -4, max: 8 }), (value, schema) => {
      const index = bucketIndex(value, schema);
      expect(value).toBeLessThanOrEqual(upperBound(index, schema));
      expect(value).toBeGreaterThan(upperBound(index - 1, schema));
    }),
  );
});

test.each([
  [1.1, 3],
  [2, 0],
  [1.00001, 8],
  [1e9, -4],
])('a growth factor of %d gives schema %d', (factor, schema) => {
  expect(new NativeHistogram(factor, 160).schema).toBe(schema);
});

test('a native histogram with too many buckets gets coarser and loses no count', () => {
  const histogram = new NativeHistogram(1.1, 20);
  for (let power = 0; power < 1000; power += 1) histogram.observe(1.07 ** power * (power % 2 === 0 ? 1 : -1), 1);
  histogram.observe(0, 5);
  const buckets = [...histogram.positive.values(), ...histogram.negative.values()];
  expect(buckets.length).toBeLessThanOrEqual(20);
  expect([buckets.reduce((sum, count) => sum + count), histogram.zeroCount]).toEqual([1000, 5]);
});

test('quantiles of few values are exact, and weights count', () => {
  const window = new QuantileWindow({ maxAge: 1000, ageBuckets: 5 });
  for (let value = 1; value <= 100; value += 1) window.observe(value, { weight: 1, now: 0 });
  expect(window.at([0, 0.5, 0.9, 1], 0)).toEqual([1, 50, 90, 100]);
  window.observe(1000, { weight: 900, now: 0 });
  expect(window.at([0.5], 0)).toEqual([1000]);
});

test('quantiles of many values have the right rank within a percent', () => {
  const window = new QuantileWindow({ maxAge: 1000, ageBuckets: 5 });
  const count = 200_000;
  for (let at = 0; at < count; at += 1) window.observe((at * 7919) % count, { weight: 1, now: 0 });
  for (const [quantile, value] of [0.01, 0.5, 0.9, 0.99].map(
    (q, at) => [q, window.at([0.01, 0.5, 0.9, 0.99], 0)[at] ?? 0] as const,
  ))
    expect(Math.abs(value / count - quantile)).toBeLessThan(0.01);
});

test('values older than the window no longer count', () => {
  const window = new QuantileWindow({ maxAge: 1000, ageBuckets: 5 });
  window.observe(100, { weight: 1, now: 0 });
  window.observe(1, { weight: 1, now: 900 });
  expect(window.at([1], 900)).toEqual([100]);
  expect(window.at([1], 1100)).toEqual([1]);
  expect(window.at([1], 5000)).toEqual([Number.NaN]);
});
