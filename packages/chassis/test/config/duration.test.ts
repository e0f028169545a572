import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { durationPattern, formatDuration, parseDuration } from '../../src/config/duration.ts';

describe('parseDuration', () => {
  test.each([
    ['0', 0],
    ['5s', 5000],
    ['100ms', 100],
    ['1m30s', 90_000],
    ['1.5h', 5_400_000],
    ['-2s', -2000],
    ['1us', 0.001],
    ['1µs', 0.001],
    ['-0', 0],
  ])('reads %s as %d ms', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
    expect(text).toMatch(new RegExp(durationPattern, 'u'));
  });

  test.each(['', '10', 's', '5 s', '5sec', '1h-3m', 'NaN'])('refuses "%s"', (text) => {
    expect(() => parseDuration(text)).toThrow('is not a duration such as');
  });

  test('reads back whatever formatDuration prints', () => {
    const milliseconds = fc.integer({ min: -1e10, max: 1e10 });
    fc.assert(
      fc.property(milliseconds, (value) => {
        expect(parseDuration(formatDuration(value))).toBeCloseTo(value, 3);
      }),
    );
  });
});
