import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StatsdCounts } from '../../src/statsd/counts.ts';
import { StatsdIngest } from '../../src/statsd/ingest.ts';
import { parseMappingFile } from '../../src/statsd/mapping/mapping.ts';
import { leastCpuTime } from '../support/cpu-time.ts';
import { MemorySink } from '../support/memory-sink.ts';

const styles = { dogstatsd: true, influxdb: true, librato: true, signalfx: true };
const sets = { maxAge: 60_000, maxMembers: 1000 };

function setUp(mapping = '', cacheSize = 1000) {
  const sink = new MemorySink();
  const counts = new StatsdCounts();
  const ingest = new StatsdIngest({
    sink,
    counts,
    styles,
    sets,
    cacheSize,
    mapping: parseMappingFile(mapping, 'm.yaml'),
  });
  return { sink, counts, ingest };
}

function ingested(packet: string, mapping = '') {
  const { sink, counts, ingest } = setUp(mapping);
  ingest.packet(Buffer.from(packet).toString('latin1'));
  return {
    values: sink.values,
    errors: Object.fromEntries(
      [...counts.sampleErrors.values, ...counts.eventErrors.values].filter(([reason]) => reason !== ''),
    ),
    counts,
    sink,
  };
}

test('each type reaches its metric', () => {
  const { values, sink, errors } = ingested('c:2|c\nc:3|c|@0.1\ng:7|g\ng:-2|g\ng:+1|g\nt:320|ms|@0.5\nh:3:4|h\nd:1|d');
  expect(values).toEqual({ c: 32, g: 6, t: '0.32×2', h: '3×1 4×1', d: '1×1' });
  expect([...sink.specs.values()].map(({ name, type }) => `${name} ${type}`)).toEqual([
    'c counter',
    'g gauge',
    't summary',
    'h summary',
    'd summary',
  ]);
  expect(errors).toEqual({});
});

/** Packets that end or spoil statsd_exporter. */
test.each([
  ['q:1|ms|#quantile:x', '', { 'q{exported_quantile="x"}': '0.001×1' }, {}],
  ['h:1|ms|#le:x', 'defaults: { observer_type: histogram }', { 'h{exported_le="x"}': '0.001×1' }, {}],
  ['c:1|c|#__name__:e', '', { 'c{exported___name__="e"}': 1 }, {}],
  ['z:1|ms|@0.0000001', '', { z: '0.001×10000000' }, {}],
  ['nan:NaN|c', '', {}, { malformed_value: 1 }],
  ['inf:Inf|c', '', {}, { malformed_value: 1 }],
  ['big:1e308|c|@0.001', '', {}, { malformed_value: 1 }],
  ['big:1e308|g', '', {}, { malformed_value: 1 }],
  ['big:1e289|c|@0.001', '', { big: 0 }, { malformed_value: 1 }],
  ['cid:1|c|c:abc', '', { 'cid{container_id="abc"}': 1 }, {}],
  ['x:1|c|card:low', '', { x: 1 }, {}],
  ['x:1|c|e:it-false,cn-app', '', { x: 1 }, {}],
  ['a:1|c\r\nb:1|c', '', { a: 1, b: 1 }, {}],
  ['_e{5,4}:title|text', '', {}, {}],
  ['_sc|check|0', '', {}, {}],
  ['hex:0x10p0|c\nunder:1_000|c', '', {}, { malformed_value: 2 }],
  ['neg:-1|c', '', { neg: 0 }, { illegal_negative_counter: 1 }],
  ['x:1|g|@0', '', { x: 1 }, { invalid_sample_factor: 1 }],
  ['x:1|c|#le:1', '', { 'x{le="1"}': 1 }, {}],
])('%j harms no other sample', (packet, mapping, values, errors) => {
  const result = ingested(packet, mapping);
  expect(result.values).toEqual(values);
  expect(result.errors).toEqual(errors);
});

test('a sample with a weight of millions costs one addition', () => {
  const millions = leastCpuTime(() => ingested('z:1|ms|@0.00000001\n'.repeat(1000)));
  const two = leastCpuTime(() => ingested('z:1|ms|@0.5\n'.repeat(1000)));
  expect(millions).toBeLessThan(10 * two + 50);
});

test('a mapping names, labels, scales and drops', () => {
  const mapping = `
mappings:
- { match: "api.*.latency_ms", name: api_latency_seconds, scale: 0.001, labels: { route: $1, zone: fixed } }
- { match: "kept.*", name: kept, honor_labels: true, labels: { zone: fixed, id: $1 } }
- { match: "noise.*", name: x, action: drop }
- { match: "(x)?y", match_type: regex, name: "$1" }
`;
  const { values, counts, errors } = ingested(
    'api.users.latency_ms:250|g|#zone:tag\nkept.1:1|c|#zone:tag\nnoise.a:1|c\nother.b:1|c\ny:1|c',
    mapping,
  );
  expect(values).toEqual({
    'api_latency_seconds{route="users",zone="fixed"}': 0.25,
    'kept{id="1",zone="tag"}': 1,
    other_b: 1,
  });
  expect([counts.actions, counts.unmapped]).toEqual([{ map: 2, drop: 1 }, 1]);
  expect(errors).toEqual({ empty_metric_name: 1 });
});

test('a new mapping applies from the next sample on', () => {
  const { sink, ingest } = setUp('mappings: [{ match: a.*, name: old }]');
  ingest.packet('a.x:1|c');
  ingest.useMapping(parseMappingFile('mappings: [{ match: a.*, name: new }]', 'm.yaml'));
  ingest.packet('a.x:1|c');
  expect(sink.values).toEqual({ old: 1, new: 1 });
});

test('an expired series is replaced by a new one', () => {
  const { sink, ingest } = setUp();
  ingest.packet('a:5|c');
  sink.expire('a');
  ingest.packet('a:1|c');
  expect(sink.values).toEqual({ a: 1 });
});

test('a metric of another type is counted as a conflict and changes nothing', () => {
  const { values, counts } = ingested('a:1|c\na:5|g\na:6|g');
  expect(values).toEqual({ a: 1 });
  expect(counts.conflicts.values).toEqual(new Map([['a', 2]]));
});

test('a set counts its members, which can be any text, and is mapped as a gauge', () => {
  const { values, sink, counts, errors } = ingested(
    'u:bob|s\nu:eve|s|@0.1\nu:bob|s\nn.x:1|s|#k:v\nn.x:01|s|#k:v\ncolon:a:b|s\nu:|s',
    'mappings: [{ match: n.*, name: n, match_metric_type: gauge, labels: { id: $1 } }]',
  );
  expect(values).toEqual({ u: 2, 'n{id="x",k="v"}': 2, colon: 1 });
  expect(sink.specs.get('u')).toMatchObject({ type: 'set', ...sets });
  expect([counts.events.set, errors]).toEqual([6, { malformed_value: 1 }]);
});

test.each(['Tx', 'T12x', 'T', 'T-5'])('each malformed timestamp %s is counted, and its sample counts', (timestamp) => {
  const line = `a:1|c|${timestamp}|#k:v\n`;
  const { values, errors } = ingested(line + line);
  expect(values).toEqual({ 'a{k="v"}': 2 });
  expect(errors).toEqual({ malformed_timestamp: 2 });
});

test('timestamps do not fill the cache of mappings', () => {
  const { sink, ingest } = setUp('', 100);
  for (let time = 0; time < 1000; time += 1) ingest.packet(`a:1|c|T${time}\nb:1|c|#k:v|T${time}`);
  expect(sink.values).toEqual({ a: 1000, 'b{k="v"}': 1000 });
});

test('sums are right whatever the cache drops', () => {
  const lines = fc.array(fc.tuple(fc.nat(40), fc.nat(3), fc.nat(9)), { maxLength: 300 });
  fc.assert(
    fc.property(lines, (samples) => {
      const { sink, ingest } = setUp('', 7);
      const expected: Record<string, number> = {};
      for (const [name, tag, value] of samples) {
        ingest.packet(`n${name}:${value}|c|#t:${tag}`);
        const key = `n${name}{t="${tag}"}`;
        expected[key] = (expected[key] ?? 0) + value;
      }
      expect(sink.values).toEqual(expected);
    }),
  );
});

test('no packet, however hostile, ends the process or makes a series that cannot be exposed', () => {
  const words = [
    'a',
    'le',
    'quantile',
    '__name__',
    ':',
    '|',
    '#',
    '@',
    '1',
    '-',
    '0.5',
    'c',
    'g',
    'ms',
    'h',
    'd',
    's',
    ',',
    '=',
    '[',
    ']',
    '\n',
    'T1',
    'é',
    '\xff',
    '"',
    '\\',
    '{',
    'e:',
    '1e308',
    'NaN',
  ];
  const packet = fc.array(fc.constantFrom(...words), { maxLength: 40 }).map((parts) => parts.join(''));
  const line = fc.tuple(
    fc.constantFrom(...words),
    fc.constantFrom('c', 'g', 'ms', 'h'),
    fc.constantFrom(...words),
    fc.constantFrom(...words),
  );
  const structured = line.map(([name, type, key, value]) => `${name}x:1|${type}|#${key}:${value}`);
  fc.assert(
    fc.property(
      fc.array(fc.oneof(packet, structured), { maxLength: 10 }),
      fc.constantFrom('', 'defaults: { observer_type: histogram }'),
      (packets, mapping) => {
        const { sink, ingest } = setUp(mapping);
        for (const each of packets) ingest.packet(Buffer.from(each).toString('latin1'));
        for (const name of sink.specs.keys()) expect(name).toMatch(/^[a-zA-Z_][a-zA-Z0-9_]*$/);
        for (const key of sink.kept.keys()) expect(key).not.toMatch(/[{,](__|\d)/);
        for (const { value } of sink.kept.values()) expect(value).toSatisfy(Number.isFinite);
        for (const { type, name } of sink.specs.values()) {
          const own = type === 'histogram' ? 'le' : type === 'summary' ? 'quantile' : 'none';
          const keys = [...sink.kept.keys()].filter((key) => key.startsWith(`${name}{`));
          for (const key of keys) expect(key).not.toMatch(new RegExp(`[{,]${own}="`));
        }
      },
    ),
    { numRuns: 500 },
  );
});
