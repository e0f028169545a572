import { ConfigError } from '@podkit/chassis/config/config';
import { parseDuration } from '@podkit/chassis/config/duration';
import { parseYaml } from '@podkit/chassis/config/yaml';
import { yamlDuration } from '@podkit/chassis/config/yaml-duration';
import { Type } from 'typebox';
import { expect, test } from 'vitest';

const schema = Type.Object(
  {
    rules: Type.Array(
      Type.Object({ match: Type.String(), limit: Type.Integer({ default: 7 }) }, { additionalProperties: false }),
    ),
  },
  { additionalProperties: false },
);

function errorsIn(text: string): readonly string[] {
  try {
    parseYaml(schema, text, 'rules.yaml');
  } catch (error) {
    if (error instanceof ConfigError) return error.errors;
    throw error;
  }
  return [];
}

test('a file that fits comes back with its defaults and with the places of its parts', () => {
  const { value, where } = parseYaml(schema, 'rules:\n  - match: a\n  - match: b\n    limit: 3\n', 'rules.yaml');
  expect(value).toEqual({
    rules: [
      { match: 'a', limit: 7 },
      { match: 'b', limit: 3 },
    ],
  });
  expect(where(['rules', 1, 'limit'])).toBe('rules.yaml:4:5');
});

test('an unknown key is refused with its line and the nearest known one', () => {
  expect(errorsIn('rules:\n  - match: a\n    limt: 3\n')).toEqual([
    'rules.yaml:3:5: rules[0].limt: no such key; did you mean limit?',
  ]);
});

test('every error of a file is reported, each with its line', () => {
  expect(errorsIn('rules:\n  - match: 1\n  - limit: x\n')).toHaveLength(3);
});

test('a text of a schema with a parser becomes what the parser returns, also where it is a default', () => {
  const wait = Type.Unsafe<number>({ type: 'string', parse: parseDuration, default: '5s' });
  const read = (text: string) => parseYaml(Type.Object({ first: wait, second: wait }), text, 'waits.yaml').value;
  expect(read('first: 1m\n')).toEqual({ first: 60_000, second: 5000 });
  expect(() => read('first: 1x\n')).toThrow('waits.yaml:1:1: first: "1x" is not a duration such as');
});

test('text that is not YAML is refused with its line', () => {
  expect(errorsIn('rules: [\n')[0]).toMatch(/^rules\.yaml:\d+:\d+: /);
});

const timed = Type.Object({
  wait: yamlDuration({ default: '10s', description: 'Wait.' }),
  hooks: Type.Array(Type.Object({ every: yamlDuration({ description: 'Interval.' }) }), { default: [] }),
});

test('a duration is milliseconds, also one that is a default or that several aliases share', () => {
  const { value } = parseYaml(timed, 'hooks: [&hook { every: 1m30s }, *hook, { <<: *hook }]', 'timed.yaml');
  expect(value).toEqual({ wait: 10_000, hooks: [{ every: 90_000 }, { every: 90_000 }, { every: 90_000 }] });
});

test('a duration of 0 needs no unit, and an empty text is 0', () => {
  const { value } = parseYaml(timed, "wait: 0\nhooks: [{ every: '0' }, { every: '' }, { every: 0s }]", 'timed.yaml');
  expect(value).toEqual({ wait: 0, hooks: [{ every: 0 }, { every: 0 }, { every: 0 }] });
});

test.each([
  ['wait: soon', 'timed.yaml:1:1: wait: "soon" is not a duration such as 500ms, 5s or 1m30s'],
  ['hooks:\n- every: -1s', 'timed.yaml:2:3: hooks[0].every: "-1s" is negative'],
  ['wait: 5', 'timed.yaml:1:1: wait: "5" is not a duration'],
  ['wait: null', 'timed.yaml:1:1: wait: "null" is not a duration'],
])('a duration that is none is an error with its place: %j', (text, message) => {
  expect(() => parseYaml(timed, text, 'timed.yaml')).toThrow(message);
});
