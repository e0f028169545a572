import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getErrorCode } from '@podkit/chassis/errors';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { templateFunctions } from '../../src/json/body/functions.ts';
import { type BodyTemplate, compileBodyTemplate, type Parameters } from '../../src/json/body-template.ts';

const parameters = new Map([
  ['myVal', ['something', 'else']],
  ['n', ['7']],
]);
const filled = (text: string) => compileBodyTemplate(text)(parameters);

test("the README's example: a random number between its bounds, and seconds as a duration", () => {
  const body = filled('{"time_diff": "{{ duration `95` }}","anotherVar": "{{ randInt 12 30 }}"}');
  const { time_diff: difference, anotherVar } = JSON.parse(body) as Record<string, string>;
  expect(difference).toBe('1m35s');
  expect(Number(anotherVar)).toSatisfy((value: number) => Number.isInteger(value) && value >= 12 && value < 30);
});

test("the README's example with a parameter of the probe", () => {
  const body = filled('{"time_diff": "{{ duration `95` }}","anotherVar": "{{ .myVal | first }}"}');
  expect(body).toBe('{"time_diff": "1m35s","anotherVar": "something"}');
});

// Expected values are those that json_exporter's own tests, Sprig's documentation and Go's text/template state.
test.each([
  ['{{ .myVal }} {{ .none }}', '[something else] []'],
  ['{{ .none | first }}', '<no value>'],
  ['{{ upper `hello` }} {{ lower "All Small" | trunc 3 }} {{ trunc -5 "hello world" }}', 'HELLO all world'],
  ['{{ upper `pi` | repeat 3 }}', 'PIPIPI'],
  ['{{ .none | first | default "x" }} {{ .myVal | last | quote }}', 'x "else"'],
  [
    '{{ .myVal | join "," }} {{ toJson .myVal }} {{ splitList "-" "a-b" | last }}',
    'something,else ["something","else"] b',
  ],
  ['{{ add 1 2 3 }} {{ sub 5 (mul 2 3) }} {{ div 7 2 }} {{ mod 7 2 }} {{ max 1 (index .n 0) 5 }}', '6 -1 3 1 7'],
  ['{{ substr 0 5 "hello world" }} {{ "a.b" | replace "." "$&" }} {{ trimSuffix "-" "x-" }}', 'hello a$&b x'],
  ['{{ ternary "yes" "no" (contains "om" .myVal) }} {{ eq 1 2 }} {{ not "" }}', 'yes false true'],
  [
    '{{ b64enc "hi" }} {{ b64dec "aGk=" }} {{ sha256sum "" | trunc 8 }} {{ urlquery "a b&" }}',
    'aGk= hi e3b0c442 a+b%26',
  ],
  ['a  {{- /* said to nobody */ -}}  b {{- " c" }}', 'ab c'],
  ['{{ "a\\n\\"b\\"" }}', 'a\n"b"'],
  ['{{ len (randAlphaNum 12) }} {{ len uuidv4 }} {{ now | unixEpoch | len }}', '12 36 10'],
])('%s becomes %s', (text, expected) => {
  expect(filled(text)).toBe(expected);
});

test.each([
  ['{{ randint 1 2 }}', 'there is no function randint; did you mean randInt?'],
  ['{{ env "HOME" }}', 'there is no function env'],
  ['{{ if .n }}x{{ end }}', 'there is no function if'],
  ['{{ randInt 1 }}', 'randInt takes 2 values, not 1'],
  ['{{ upper (lower "x" }}', 'a ")" is missing'],
  ['{{ upper "x") }}', 'a ")" has no opening "("'],
  ['{{ "x" | "y" }}', 'only a function takes arguments'],
  ['{{ | upper }}', 'a value is missing'],
  ['{{ }}', 'a value is missing'],
  ['{{ $x }}', '"$x" is not valid here'],
  ['{{ "\\q" }}', 'is not a text in quotes'],
  ['a {{ upper', '"{{" has no closing "}}"'],
])('%s is refused with the reason', (text, message) => {
  expect(() => compileBodyTemplate(text)).toThrow(
    expect.objectContaining({ code: 'ERR_TEMPLATE', message: expect.stringContaining(message) }),
  );
});

test('docs/pull.md names every function', () => {
  const documented = readFileSync(join(import.meta.dirname, '../../docs/pull.md'), 'utf8').split('With `templatize')[1];
  expect([...templateFunctions.keys()].filter((name) => !documented?.includes(`\`${name}\``))).toEqual([]);
});

test('there is no function of the environment or the network', () => {
  for (const name of ['env', 'expandenv', 'getHostByName']) expect(templateFunctions.has(name)).toBe(false);
});

test.each(['repeat 100 .a', 'replace "x" .a .a', 'replace "" .a .a', '.a | splitList "x" | join .a'])(
  '{{ %s }} is refused if the text would be too long',
  (action) => {
    const long = new Map([['a', ['x'.repeat(16_000)]]]);
    expect(() => compileBodyTemplate(`{{ ${action} }}`)(long)).toThrow(
      expect.objectContaining({ code: 'ERR_TEMPLATE', message: 'a text would have more than 1048576 characters' }),
    );
  },
);

test('a function returns a text of bounded size, or an error, for all parameters', () => {
  const names = fc.constantFrom(...templateFunctions.keys());
  const words = fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.constantFrom('1e9', '-1', '9007199254740993', 'NaN', '\u{1F600}', 'x'.repeat(16_000)),
  );
  fc.assert(
    fc.property(names, fc.array(fc.array(words, { maxLength: 2 }), { minLength: 3, maxLength: 3 }), (name, values) => {
      const count = Math.min(3, templateFunctions.get(name)?.most ?? 0);
      const template = compileBodyTemplate(`{{ ${[name, '.a', '.b', '.c'].slice(0, count + 1).join(' ')} }}`);
      const text = renderOrRefuse(template, new Map(['a', 'b', 'c'].map((key, at) => [key, values[at] ?? []])));
      expect(text.length).toBeLessThan(3_000_000);
    }),
    { numRuns: 1000 },
  );
});

/** The text, or none where the template refuses the parameters. */
function renderOrRefuse(template: BodyTemplate, given: Parameters): string {
  try {
    return template(given);
  } catch (error) {
    if (getErrorCode(error) !== 'ERR_TEMPLATE') throw error;
    return '';
  }
}
