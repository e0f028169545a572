import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '@podkit/chassis/config/config';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { publishedSchema } from '../../src/config/publish-schema.ts';
import { parseConfig } from '../../src/config/read-file.ts';

const folder = join(import.meta.dirname, '../..');
const readme = readFileSync(join(folder, 'README.md'), 'utf8');

function errorsIn(yaml: string): readonly string[] {
  try {
    parseConfig(yaml, 'a.yaml');
  } catch (error) {
    if (error instanceof ConfigError) return error.errors;
    throw error;
  }
  return [];
}

const cases: [string, string, RegExp][] = [
  ['an unknown driver', 'stores:\n  a: {driver: mysql}\n', /^a\.yaml:2:3: stores\.a/],
  ['an unknown key', 'stores:\n  a:\n    driver: memory\n    maxByte: 1Mi\n', /a\.yaml:4:5: .*did you mean maxBytes/],
  [
    'an unknown policy',
    'stores:\n  a:\n    driver: memory\n    policies: [{retri: {}}]\n',
    /a\.yaml:4:.*did you mean retry/,
  ],
  [
    'a duration without unit',
    "stores:\n  a: {driver: memory, policies: [{timeout: '5'}]}\n",
    /^a\.yaml:2:.*"5" is not a duration such as/,
  ],
  ['a plain number as a duration', 'stores:\n  a: {driver: memory, policies: [{timeout: 5}]}\n', /^a\.yaml:2:/],
  ['a size below nothing', 'stores:\n  a: {driver: memory, maxBytes: -1}\n', /^a\.yaml:2:.*"-1" is not a size such as/],
  ['a rule to nowhere', 'stores:\n  a: {driver: route, rules: [{store: b}]}\n', /no store is named b/],
  [
    'stores in a circle',
    'stores:\n  a: {driver: route, rules: [{store: b}]}\n  b: {driver: route, rules: [{store: a}]}\n',
    /leads back/,
  ],
  [
    'encryption before compression',
    'stores:\n  a: {driver: memory, policies: [{encryption: {keys: [{id: k, file: f}]}}, {compression: {}}]}\n',
    /do not compress/,
  ],
  ['half a client certificate', 'stores:\n  a: {driver: redis, tls: {certFile: c}}\n', /belong together/],
  ['text that is no YAML', 'stores: [\n', /^a\.yaml:\d+:\d+: /],
];

test.each(cases)('%s is refused with its line', (_what, yaml, expected) => {
  expect(errorsIn(yaml).join('\n')).toMatch(expected);
});

test('sizes are read as bytes and durations as milliseconds; a plain number is a size, and as a duration only 0', () => {
  const yaml = `stores: {a: {driver: memory, maxBytes: 1000000, policies: [near: {maxBytes: 1Mi, ttl: 1m, negativeTtl: 0}]}}`;
  expect(parseConfig(yaml, 'a.yaml').stores.a).toMatchObject({
    maxBytes: 1_000_000,
    policies: [{ near: { maxBytes: 2 ** 20, ttl: 60_000, negativeTtl: 0, staleIfError: 0 } }],
  });
});

test('the published JSON Schema is the one that files are held against', () => {
  const published = JSON.parse(readFileSync(join(folder, 'config.schema.json'), 'utf8')) as unknown;
  expect(published).toEqual(JSON.parse(JSON.stringify(publishedSchema())));
});

test("the README's example is taken, by us and by the published schema", () => {
  const [, example = ''] = /```yaml\n([\s\S]*?)```/.exec(readme) ?? [];
  expect(Object.keys(parseConfig(example, 'README.md').stores)).toContain('main');
  const validate = new Ajv({ strict: false, discriminator: true }).compile(publishedSchema() as object);
  expect([validate(parse(example)), validate.errors]).toEqual([true, null]);
});
