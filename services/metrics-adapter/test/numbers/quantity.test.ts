import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseNumber, parseQuantity } from '../../src/numbers/quantity.ts';

test.each([
  ['16316 kB', 16_316_000],
  ['16316 KB', 16_316_000],
  ['2 MiB', 2_097_152],
  ['1Gi', 1_073_741_824],
  ['512B', 512],
  ['42%', 0.42],
  ['42 %', 0.42],
  ['1.5ms', 0.0015],
  ['-250us', -0.00025],
  ['3 µs', 0.000003],
  ['2h', 7200],
  ['1m30s', 90],
  ['2m3.5s', 123.5],
  ['-1h0m1s', -3601],
  ['2.4 GHz', 2_400_000_000],
  ['21.5 °C', 21.5],
  ['1e3 ms', 1],
  [' 3 ', 3],
])('%s is %s in base units', (text, value) => {
  expect(parseQuantity(text)).toBe(value);
});

test('a kB can be 1024 bytes, as in /proc', () => {
  expect(parseQuantity('16316 kB', 1024)).toBe(16_707_584);
  expect(parseQuantity('2 MB', 1024)).toBe(2_097_152);
});

test.each([
  '250m',
  '1e999',
  '1e308 kB',
  'constructor',
  '__proto__',
  '5 apples',
  '12 kb',
  'ms',
  '1 2 ms',
  '',
  '1.5.2s',
  '3 GHzz',
  `${'1'.repeat(80)}ms`,
])('"%s" is not a number with a unit', (text) => {
  expect(parseQuantity(text)).toBeUndefined();
});

test.each([
  ['t', 1],
  ['T', 1],
  ['TRUE', 1],
  ['f', 0],
  ['F', 0],
  ['False', 0],
  ['infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['+Inf', Number.POSITIVE_INFINITY],
  ['nan', Number.NaN],
])("json_exporter's value %s is %s", (text, value) => {
  expect(parseNumber(text)).toBe(value);
});

test('any number is read with white space around it, and any text is a number or none', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), (value) => {
      expect(parseQuantity(` ${value} `)).toBe(value === 0 ? Number(String(value)) : value);
    }),
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(['number', 'undefined']).toContain(typeof parseQuantity(text));
    }),
  );
});
