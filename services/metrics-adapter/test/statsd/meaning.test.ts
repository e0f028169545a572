import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeStatsdName } from '../../src/statsd/line/escape.ts';
import { parseMeaning } from '../../src/statsd/line/meaning.ts';

const all = { dogstatsd: true, influxdb: true, librato: true, signalfx: true };

function meaning(head: string, tail: string, styles = all) {
  const meant = parseMeaning(head, tail, styles);
  return typeof meant === 'string' ? meant : { ...meant, labels: Object.fromEntries(meant.labels) };
}

test.each([
  ['Librato', 'foo#tag1=bar,tag2=baz', 'c', 'foo', { tag1: 'bar', tag2: 'baz' }],
  ['InfluxDB', 'foo,tag1=bar,tag2=baz', 'c', 'foo', { tag1: 'bar', tag2: 'baz' }],
  ['SignalFX at the end', 'foo.test[tag1=bar,tag2=baz]', 'c', 'foo.test', { tag1: 'bar', tag2: 'baz' }],
  ['SignalFX inside', 'foo.[tag1=bar]test', 'c', 'foo.test', { tag1: 'bar' }],
  ['SignalFX in front', '[tag1=bar]foo.test', 'c', 'foo.test', { tag1: 'bar' }],
  ['SignalFX without tags', 'foo.[]test', 'c', 'foo.test', {}],
  ['DogStatsD', 'foo', 'c|#tag1:bar,tag2:baz', 'foo', { tag1: 'bar', tag2: 'baz' }],
  ['DogStatsD of the PHP client', 'foo', 'c|#tag1:bar,#tag2:baz', 'foo', { tag1: 'bar', tag2: 'baz' }],
  ['DogStatsD with colons in a value', 'foo', 'c|@0.1|#tag1:foo:bar', 'foo', { tag1: 'foo:bar' }],
  [
    'keys that Prometheus does not take',
    'foo',
    'c|#09digits:0,tag.with.dots:1',
    'foo',
    { _09digits: '0', tag_with_dots: '1' },
  ],
  ['tags that a comma ends', 'foo', 'c|#tag:bar,', 'foo', { tag: 'bar' }],
  ['an empty list of tags', 'foo', 'c|#', 'foo', {}],
  ['a container id (1.2)', 'foo', 'c|c:abc', 'foo', { container_id: 'abc' }],
  ['a timestamp (1.3)', 'foo', 'c|T1656581400', 'foo', {}],
  ['external data (1.5)', 'foo', 'c|e:it-false,cn-app,pu-1', 'foo', {}],
  ['a cardinality (1.6)', 'foo', 'c|#a:b|card:low', 'foo', { a: 'b' }],
  ['UTF-8', Buffer.from('größe').toString('latin1'), Buffer.from('c|#k:ü').toString('latin1'), 'größe', { k: 'ü' }],
])('%s tags are understood', (_style, head, tail, name, labels) => {
  expect(meaning(head, tail)).toMatchObject({ name, labels, errors: [] });
});

test.each([
  ['valueless tags', 'foo', 'c|#lonely,tag:value', { tag: 'value' }, ['tag']],
  ['half a bracket', '[tag1=bar,tag2=bazfoo.test', 'c', {}, ['tag']],
  ['an unknown field', 'foo', 'c|zzz', {}, ['unknown_component']],
  ['a rate of nothing', 'foo', 'c|@0', {}, ['invalid_sample_factor']],
  ['a rate above one', 'foo', 'c|@2', {}, ['invalid_sample_factor']],
  ['a rate that is no number', 'foo', 'c|@x', {}, ['invalid_sample_factor']],
  ['an empty tag before the last comma', 'foo', 'c|#tag:value,,', { tag: 'value' }, ['tag']],
  ['a time that is no number', 'foo', 'c|T12x', {}, ['unknown_component']],
])('%s are left out of a sample that counts', (_what, head, tail, labels, errors) => {
  expect(meaning(head, tail)).toMatchObject({ labels, errors, factor: 1, weight: 1 });
});

test.each([
  ['foo#a=b', 'c|#c:d', 'mixed_tagging_styles'],
  ['foo', 'c||@1', 'malformed_component'],
  ['foo', 'c|c:', 'malformed_container_id'],
  ['foo', 'x', 'illegal_event'],
  ['foo', 'constructor', 'illegal_event'],
  ['foo', '__proto__', 'illegal_event'],
  ['\xc3\x28', 'c', 'malformed_line'],
  ['foo', 'c|#tag:\xc3\x28', 'malformed_line'],
  ['[a=b]', 'c', 'malformed_line'],
  ['x'.repeat(5000), 'c', 'too_long'],
])('%j with %j is refused as %s', (head, tail, reason) => {
  expect(meaning(head, tail)).toBe(reason);
});

test.each([
  ['c|@0.1', 10, 1],
  ['ms', 1 / 1000, 1],
  ['ms|@0.5', 1 / 1000, 2],
  ['h|@0.0000001', 1, 1e7],
  ['g|@0.5', 1, 1],
])('%s multiplies by %d and weighs %d', (tail, factor, weight) => {
  expect(meaning('foo', tail)).toMatchObject({ factor, weight });
});

test('a tag cannot rename the metric', () => {
  expect(meaning('foo', 'c|#__name__:e')).toMatchObject({ labels: { exported___name__: 'e' } });
});

test('a tag style that is switched off stays in the name or is left out', () => {
  const off = { dogstatsd: false, influxdb: false, librato: false, signalfx: false };
  expect(meaning('foo,a=b', 'c', off)).toMatchObject({ name: 'foo,a=b', labels: {} });
  expect(meaning('foo', 'c|#a:b', off)).toMatchObject({ name: 'foo', labels: {} });
});

test('an escaped name is a Prometheus name, and escaping it again changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'binary' }), (name) => {
      const escaped = escapeStatsdName(name);
      return /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(escaped) && escapeStatsdName(escaped) === escaped;
    }),
  );
});

test.each([
  ['clean', 'clean'],
  ['a.b-c', 'a_b_c'],
  ['a--b', 'a_b'],
  ['0starts', '_0starts'],
  ['with😱.emoji', 'with__emoji'],
])('%s is escaped to %s', (name, escaped) => {
  expect(escapeStatsdName(name)).toBe(escaped);
});
