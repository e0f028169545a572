import { expect, test } from 'vitest';
import { compileTime } from '../../src/numbers/time-text.ts';

test.each([
  ['2022-07-11T19:41:46Z', 1_657_568_506_000],
  ['2022-07-11T21:41:46+02:00', 1_657_568_506_000],
  ['2022-07-11T19:41:46', 1_657_568_506_000],
  ['2022-07-11 19:41:46.5', 1_657_568_506_500],
  ['Mon, 11 Jul 2022 19:41:46 GMT', 1_657_568_506_000],
  ['Mon, 11 Jul 2022 21:41:46 +0200', 1_657_568_506_000],
  ['2022-07-11', 1_657_497_600_000],
])('%s is read without a format', (text, expected) => {
  expect(compileTime({ zone: 'UTC' })(text)).toBe(expected);
});

test('a zone applies to times without one, in summer and in winter', () => {
  const read = compileTime({ zone: 'Europe/Berlin' });
  expect(read('2022-07-11 21:41:46')).toBe(1_657_568_506_000);
  expect(read('2022-01-11T20:41:46')).toBe(1_641_930_106_000);
  expect(read('2022-07-11T19:41:46Z')).toBe(1_657_568_506_000);
});

test.each([
  ['dd/MMM/yyyy:HH:mm:ss ZZZ', '11/Jul/2022:21:41:46 +0200'],
  ['yyyyMMddHHmmss', '20220711194146'],
  ["yyyy.MM.dd 'at' HH:mm:ss", '2022.07.11 at 19:41:46'],
])('the format %s reads %s', (format, text) => {
  expect(compileTime({ format, zone: 'UTC' })(text)).toBe(1_657_568_506_000);
});

test.each(['12:30', '', 'yesterday', '2022-13-45', '2022-02-30T00:00:00Z', '99999-01-01T00:00:00Z'])(
  '"%s" is not a time',
  (text) => {
    expect(compileTime({ zone: 'UTC' })(text)).toBeUndefined();
  },
);

test('an unknown zone is refused', () => {
  expect(() => compileTime({ zone: 'Europe/Atlantis' })).toThrow('"Europe/Atlantis" is not a time zone');
});
