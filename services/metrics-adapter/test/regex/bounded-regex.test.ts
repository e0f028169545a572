import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileRegex } from '../../src/regex/bounded-regex.ts';

const matches = (pattern: string, text: string) => compileRegex(pattern).regex.exec(text)?.slice() ?? null;

test.each([
  ['(a+)+$', `${'a'.repeat(40)}!`],
  ['(?i)(a+)+$', `${'aA'.repeat(20)}!`],
  ['([a-z]{40}|(?:a+)+)$', `${'a'.repeat(39)}!`],
  ['^(?:.*a){12}$', `${'a'.repeat(60)}!`],
  ['(.*)(.*)(.*)(.*)=x', 'a'.repeat(4000)],
])('%s cannot run away', (pattern, text) => {
  const { regex } = compileRegex(pattern);
  const began = performance.now();
  expect(regex.test(text)).toBe(false);
  expect(performance.now() - began).toBeLessThan(2000);
});

test.each([
  ['(?P<verb>[A-Z]+) (?<path>\\S+)', 'GET /x', ['GET /x', 'GET', '/x']],
  ['(?i)gEt ([a-f]+)', 'GET ABc', ['GET ABc', 'ABc']],
  ['a(?i:B)c', 'abc', ['abc']],
  ['[[:alpha:]_]+', '1ab_c', ['ab_c']],
  ['[]x]+', 'a]x]', [']x]']],
  ['[^]x]+', ']ab]', ['ab']],
  ['\\Qa.b*\\E!', 'a.b*!', ['a.b*!']],
  ['\\Aab\\z', 'ab', ['ab']],
  ['(?s)a.b', 'a\nb', ['a\nb']],
  ['(?m)^b$', 'a\nb', ['b']],
  ['\\x41\\x{42}', 'AB', ['AB']],
  ['{x}', '{x}', ['{x}']],
  ['^x{18,20}$', 'x'.repeat(19), ['x'.repeat(19)]],
  ['^x{18,20}$', 'x'.repeat(21), null],
  ['^x{17}$', 'x'.repeat(16), null],
  ['^(?:ab{3}){20,}$', 'abbb'.repeat(21), ['abbb'.repeat(21)]],
])('%s means what it means in Go', (pattern, text, expected) => {
  expect(matches(pattern, text)).toEqual(expected);
});

test('names of groups are told, and unnamed groups keep their place', () => {
  expect(compileRegex('(?P<a>x)(y)(?<b>z)').groups).toEqual(['a', '', 'b']);
});

test.each([
  ['(?=a)b', 'look-around'],
  ['(a)\\1', 'back reference'],
  ['(a', '"(" without'],
  ['a)', '")" without'],
  ['[a', '"[" without'],
  ['*a', 'nothing to repeat'],
  ['a**', 'nothing to repeat'],
  ['a{2000}', '1000'],
  ['a{3,2}', 'swapped'],
  ['(a){40}', '(?:'],
  ['\\p{L}', 'no such escape'],
  ['a\\', '"\\"'],
])('%s is refused with the reason', (pattern, reason) => {
  expect(() => compileRegex(pattern)).toThrow(reason);
});

test('whole means the whole text, for every alternative', () => {
  const { regex } = compileRegex('a|bc', { whole: true });
  expect(['a', 'bc', 'ab', 'abc'].map((text) => regex.test(text))).toEqual([true, true, false, false]);
});

test('a repetition that is written out matches as JavaScript itself would', () => {
  const arbitrary = fc.tuple(
    fc.integer({ min: 0, max: 45 }),
    fc.integer({ min: 0, max: 45 }),
    fc.nat(100),
    fc.boolean(),
  );
  fc.assert(
    fc.property(arbitrary, ([low, more, length, lazy]) => {
      const pattern = `^(?:ab){${low},${low + more}}${lazy ? '?' : ''}`;
      const text = 'ab'.repeat(length);
      return matches(pattern, text)?.[0] === new RegExp(pattern).exec(text)?.[0];
    }),
  );
});

test('any literal text is matched by its quoted self, in either case when folded', () => {
  const text = fc.string({ minLength: 1 }).filter((value) => !value.includes('\\E'));
  fc.assert(fc.property(text, (value) => matches(`^\\Q${value}\\E$`, value)?.[0] === value));
  fc.assert(fc.property(text, (value) => matches(`(?i)^\\Q${value}\\E$`, value)?.[0] === value));
});
