import { ConfigError } from '@podkit/chassis/config/config';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileTemplate } from '../../src/regex/template.ts';
import type { SampleKind } from '../../src/statsd/line/meaning.ts';
import { GlobTrie } from '../../src/statsd/mapping/glob-trie.ts';
import { parseMappingFile } from '../../src/statsd/mapping/mapping.ts';

function map(yaml: string, name: string, kind: SampleKind = 'counter') {
  const mapped = parseMappingFile(yaml, 'm.yaml').find(name, kind);
  return mapped && { name: mapped.name, ...Object.fromEntries(mapped.labels) };
}

function errors(yaml: string): readonly string[] {
  try {
    parseMappingFile(yaml, 'm.yaml');
  } catch (error) {
    if (error instanceof ConfigError) return error.errors;
    throw error;
  }
  return [];
}

const readme = `
mappings:
- match: "test.dispatcher.*.*.*"
  name: "dispatcher_events_total"
  labels:
    processor: "$1"
    action: "$2"
    outcome: "$3"
    job: "test_dispatcher"
- match: "*.signup.*.*"
  name: "signup_events_total"
  labels:
    provider: "$2"
    outcome: "$3"
    job: "\${1}_server"
`;

test('the README example of statsd_exporter gives the documented series', () => {
  expect(map(readme, 'test.dispatcher.FooProcessor.send.success')).toEqual({
    name: 'dispatcher_events_total',
    processor: 'FooProcessor',
    action: 'send',
    outcome: 'success',
    job: 'test_dispatcher',
  });
  expect(map(readme, 'foo_product.signup.facebook.failure')).toEqual({
    name: 'signup_events_total',
    provider: 'facebook',
    outcome: 'failure',
    job: 'foo_product_server',
  });
  expect(map(readme, 'test.web-server.foo.bar')).toBeUndefined();
});

test('a regex mapping fills the name and the labels, and comes after every glob', () => {
  const yaml = `
mappings:
- match: "test\\\\.(\\\\w+)\\\\.(\\\\w+)\\\\.counter"
  match_type: regex
  name: "\${2}_total"
  labels: { provider: "$1", all: "$0" }
- match: "test.*.glob.counter"
  name: by_glob
`;
  expect(map(yaml, 'test.a.b.counter')).toEqual({ name: 'b_total', provider: 'a', all: 'test.a.b.counter' });
  expect(map(yaml, 'test.a.glob.counter')).toEqual({ name: 'by_glob' });
});

test('match_metric_type maps one name to several metrics', () => {
  const yaml = `
mappings:
- { match: test.foo.*, name: as_counter, match_metric_type: counter }
- { match: test.foo.*, name: as_gauge, match_metric_type: gauge }
- { match: "foo", match_type: regex, name: as_observer, match_metric_type: observer }
`;
  expect(map(yaml, 'test.foo.x', 'counter')?.name).toBe('as_counter');
  expect(map(yaml, 'test.foo.x', 'gauge')?.name).toBe('as_gauge');
  expect(map(yaml, 'test.foo.x', 'observer')?.name).toBe('as_observer');
});

const unorderedFile = (unordered: boolean) => `
defaults: { glob_disable_ordering: ${unordered} }
mappings:
- { match: a.*.*, name: wide }
- { match: a.b.*, name: narrow }
- { match: a.b.c.d, name: deep }
- { match: "*.b.x", name: last }
`;

test('without ordering the more specific part wins from the left, and backtracking finds the rest', () => {
  expect(map(unorderedFile(false), 'a.b.c')?.name).toBe('wide');
  expect(map(unorderedFile(true), 'a.b.c')?.name).toBe('narrow');
  expect(map(unorderedFile(true), 'a.c.c')?.name).toBe('wide');
  expect(map(unorderedFile(true), 'z.b.x')?.name).toBe('last');
});

test('defaults apply to each field that a mapping leaves out', () => {
  const table = parseMappingFile(
    `
defaults:
  observer_type: histogram
  ttl: 1m20s
  histogram_options: { buckets: [.01, .1, 1], native_histogram_bucket_factor: 1.2 }
  summary_options: { max_age: 30s, age_buckets: 3, quantiles: [{ quantile: 0.95, error: 0.01 }] }
mappings:
- { match: h.*, name: h, histogram_options: { buckets: [5, 2] } }
- { match: s.*, name: s, observer_type: summary, ttl: 5s, scale: 0.001, summary_options: { max_age: 1m } }
`,
    'm.yaml',
  );
  expect(table.unmapped).toMatchObject({ ttl: 80_000, observer: { type: 'histogram', buckets: [0.01, 0.1, 1] } });
  const histogram = { type: 'histogram', buckets: [2, 5], nativeFactor: 1.2, nativeMaxBuckets: 256 };
  expect(table.find('h.x', 'observer')).toMatchObject({ observer: histogram, ttl: 80_000, scale: 1 });
  expect(table.find('s.x', 'observer')).toMatchObject({
    observer: { type: 'summary', maxAge: 60_000, ageBuckets: 3, quantiles: [{ quantile: 0.95, error: 0.01 }] },
    ttl: 5000,
    scale: 0.001,
  });
});

test.each([
  ['mappings:\n- match: a.*.b\n  nme: x\n', 'm.yaml:3:3: mappings[0].nme: no such key; did you mean name?'],
  ['mappings:\n- match: a.*b\n  name: x\n', 'm.yaml:2:3: mappings[0].match: "a.*b" is not a glob'],
  ['mappings:\n- match: a\n', 'm.yaml:2:3: mappings[0].name: every mapping needs a name'],
  ['mappings:\n- { match: a, name: "b c" }\n', 'm.yaml:2:15: mappings[0].name: "b c" is not a metric name'],
  ['mappings:\n- { match: a, name: b, labels: { 1x: y } }\n', 'mappings[0].labels: "1x" is not a label name'],
  ['mappings:\n- { match: a, name: b, labels: { __name__: y } }\n', '"__name__" is not a label name'],
  ['mappings:\n- { match: "(a", match_type: regex, name: b }\n', 'error parsing regexp: missing closing )'],
  ['mappings:\n- { match: a, name: b, action: eat }\n', '(map, drop, )'],
  ['mappings:\n- { match: a, name: b, ttl: 5 minutes }\n', '"5 minutes" is not a duration'],
  ['mappings:\n- { match: a, name: b, scale: big }\n', 'mappings[0].scale: must be number'],
  ['mappings:\n- { match: a, name: b, observer_type: summary, histogram_options: {} }\n', 'the observer is a summary'],
  ['mappings: [\n', 'm.yaml:2:1:'],
  ['mappings:\n- match: "a\\.b"\n', 'm.yaml:2:'],
])('%j is refused with the place and the reason', (yaml, message) => {
  expect(errors(yaml).join('\n')).toContain(message);
});

test('an empty file maps nothing', () => {
  expect(map('', 'a.b')).toBeUndefined();
});

const compileGlob = (glob: string) => new RegExp(`^${glob.replaceAll('.', '\\.').replaceAll('*', '([^.]*)')}$`);

test('the trie finds the same pattern as a search in order', () => {
  const part = fc.constantFrom('a', 'b', '*');
  const pattern = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('.'));
  const name = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 5 }).map((parts) => parts.join('.'));
  fc.assert(
    fc.property(fc.array(pattern, { maxLength: 12 }), name, (patterns, text) => {
      const trie = new GlobTrie<string>({ ordered: true });
      for (const [order, each] of patterns.entries()) trie.add(each, order, each);
      const first = patterns.find((each) => compileGlob(each).test(text));
      const found = trie.find(text);
      const captures = first === undefined ? undefined : compileGlob(first).exec(text)?.slice(1);
      return found?.rule === first && JSON.stringify(found?.captures) === JSON.stringify(captures);
    }),
    { numRuns: 1000 },
  );
});

test.each([
  ['$1-${2}', 'b-c'],
  ['${1}_x', 'b_x'],
  ['$1_x', ''],
  ['$1$2', 'bc'],
  ['$$1', '$1'],
  ['$9', ''],
  ['$name', 'b'],
  ['100%s', '100%s'],
])('the template %s gives %s', (template, expected) => {
  expect(compileTemplate(template, ['name', '']).render(['a', 'b', 'c'])).toBe(expected);
});
