import fc from 'fast-check';
import { RE2JS } from 're2js';
import { expect, test } from 'vitest';
import { compileRegex } from '../../src/regex/bounded-regex.ts';
import { leastCpuTime } from '../support/cpu-time.ts';

const matches = (pattern: string, text: string) => compileRegex(pattern).regex.exec(text)?.slice() ?? null;

test.each([
  ['(a+)+$', 'a', '!'],
  ['(?i)(a+)+$', 'aA', '!'],
  ['([a-z]{40}|(?:a+)+)$', 'a', '!'],
  ['^(?:.*a){12}$', 'a', 'b'],
  ['(.*)(.*)(.*)(.*)=x', 'a', ''],
])('the time of %s grows with the text, no faster', (pattern, piece, end) => {
  const { regex } = compileRegex(pattern);
  const cost = (length: number) => leastCpuTime(() => expect(regex.exec(piece.repeat(length) + end)).toBeNull());
  cost(1000);
  // Four times the text is sixteen times the work of a quadratic search, and beyond all bounds for a backtracking one.
  expect(cost(20_000)).toBeLessThan(10 * cost(5000) + 50);
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
  ['(a)|(b)', 'b', ['b', undefined, 'b']],
  ['(x){40}', 'x'.repeat(40), ['x'.repeat(40), 'x']],
  ['\\p{L}+', '1ünï', ['ünï']],
  ['^x{18,20}$', 'x'.repeat(21), null],
])('%s means what it means in Go', (pattern, text, expected) => {
  expect(matches(pattern, text)).toEqual(expected);
});

test('names of groups are given, and unnamed groups keep their place', () => {
  expect(compileRegex('(?P<a>x)(y)(?<b>z)').groups).toEqual(['a', '', 'b']);
});

test.each(['(?=a)b', '(a)\\1', '(a', 'a)', '[a', '*a', 'a**', 'a{2000}', 'a{3,2}', 'a\\', 'a)(?:b'])(
  '%s is refused, and the error has the pattern',
  (pattern) => {
    const refusal = `regular expression ${JSON.stringify(pattern)}: `;
    expect(() => compileRegex(pattern)).toThrow(refusal);
    expect(() => compileRegex(pattern, { whole: true })).toThrow(refusal);
  },
);

test('with whole every alternative must match the whole text', () => {
  const { regex } = compileRegex('a|bc', { whole: true });
  expect(['a', 'bc', 'ab', 'abc', 'a\n'].map((text) => regex.test(text))).toEqual([true, true, false, false, false]);
});

test('any text matches its quoted pattern, also without regard to case', () => {
  const text = fc.string({ minLength: 1 }).filter((value) => !value.includes('\\E'));
  fc.assert(fc.property(text, (value) => matches(`^\\Q${value}\\E$`, value)?.[0] === value));
  fc.assert(fc.property(text, (value) => matches(`(?i)^\\Q${value}\\E$`, value)?.[0] === value));
});

const atom = fc.constantFrom('a', 'b', '.', '\\w', '\\s', '[^a]', '^', '$', '\\b', 'é', '😀', '');
const { pattern: randomPattern } = fc.letrec<{ pattern: string }>((tie) => ({
  pattern: fc.oneof(
    { maxDepth: 4 },
    atom,
    fc.tuple(tie('pattern'), tie('pattern')).map(([left, right]) => left + right),
    fc.tuple(tie('pattern'), tie('pattern')).map(([left, right]) => `(${left}|${right})`),
    fc.tuple(tie('pattern'), fc.constantFrom('*', '+?', '?', '{2}')).map(([inner, times]) => `(?:${inner})${times}`),
  ),
}));

test('exec returns the groups that the engine itself finds', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', 'é', '😀', '\ud83d'), maxLength: 20 });
  fc.assert(
    fc.property(randomPattern, text, (pattern, value) => {
      expect(matches(pattern, value)).toEqual(RE2JS.compile(pattern).exec(value)?.slice() ?? null);
    }),
    { numRuns: 1000 },
  );
});
