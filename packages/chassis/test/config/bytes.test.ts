import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatBytes, parseBytes } from '../../src/config/bytes.ts';

test.each([
  ['0', 0],
  ['4096', 4096],
  ['64Mi', 67_108_864],
  ['1.5k', 1500],
  ['2G', 2e9],
])('reads %s as %d bytes', (text, bytes) => {
  expect(parseBytes(text)).toBe(bytes);
});

test.each(['', '-1', '1 Mi', '1mi', '1MB', 'x'])('refuses "%s"', (text) => {
  expect(() => parseBytes(text)).toThrow('is not a size such as');
});

test('reads back whatever formatBytes prints', () => {
  fc.assert(
    fc.property(fc.nat(), (bytes) => {
      expect(parseBytes(formatBytes(bytes))).toBe(bytes);
    }),
  );
});
