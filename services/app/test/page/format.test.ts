import { expect, test } from 'vitest';
import * as format from '../../public/console/lib/format.js';
import { findUnit } from '../../public/console/lib/units.js';

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1536, '1.5 KiB'],
  [256 * 2 ** 20, '256 MiB'],
  [4.2 * 2 ** 30, '4.2 GiB'],
  [Number.NaN, '–'],
])('%d bytes are %s', (value, text) => expect(format.bytes(value)).toBe(text));

test.each([
  [0, '0 ms'],
  [0.4, '0.4 ms'],
  [12.3, '12 ms'],
  [999.7, '1000 ms'],
  [3200, '3.2 s'],
  [59_000, '59 s'],
  [61_000, '1 min'],
  [3 * 3_600_000 + 5 * 60_000, '3 h 5 min'],
  [50 * 3_600_000, '2 d 2 h'],
  [undefined, '–'],
])('%d milliseconds are %s', (value, text) => expect(format.duration(value)).toBe(text));

test.each([
  [0, '0'],
  [1234, '1,234'],
  [123.4, '123'],
  [12.34, '12.3'],
  [1.5, '1.5'],
  [0.0123, '0.012'],
])('the number %d is %s', (value, text) => expect(format.number(value)).toBe(text));

test('an age is in whole seconds, so that it does not flicker', () => {
  expect(format.ago(1000, 1900)).toBe('now');
  expect(format.ago(1000, 4900)).toBe('3 s ago');
});

test('the unit of a metric is read from its name', () => {
  expect(findUnit('http_request_seconds_sum')).toMatchObject({ unit: 'seconds' });
  expect(findUnit('process_resident_memory_bytes').format(2 ** 20)).toBe('1 MiB');
  expect(findUnit('http_request_seconds_count').unit).toBe('calls');
  expect(findUnit('app_requests_total').unit).toBe('requests');
  expect(findUnit('app_in_flight').unit).toBe('');
});
