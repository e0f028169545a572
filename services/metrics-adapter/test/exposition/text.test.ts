import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeText } from '../../src/exposition/text.ts';
import { ExpositionCollector } from '../../src/prometheus/collector.ts';
import { parseExposition } from '../../src/prometheus/parse.ts';
import type { Family } from '../../src/series/family.ts';
import { labelsText } from '../../src/series/labels.ts';
import { Snapshot } from '../../src/series/snapshot.ts';

const plain = { openMetrics: false, escaping: 'underscores' } as const;
const open = { openMetrics: true, escaping: 'underscores' } as const;
const writeText = (families: readonly Family[], options: Parameters<typeof encodeText>[1]) =>
  [...encodeText(families, options)].join('');
const one = (type: 'counter' | 'gauge' | 'info' | 'unknown', name: string, value = 1): Family => ({
  name,
  type,
  help: 'h',
  series: new Map([['', { value }]]),
});

const flat = (families: readonly Family[]) =>
  families
    .flatMap(({ name, series }) =>
      [...series].map(([key, point]) => `${name}{${key}} ${'value' in point ? point.value : ''}`.replace(/ -0$/, ' 0')),
    )
    .toSorted();

const histogram: Family = {
  name: 'lat_seconds',
  type: 'histogram',
  help: 'How long.',
  unit: 'seconds',
  series: new Map([
    [
      'a="b"',
      {
        bounds: [0.1, 1, 1e6],
        counts: [1, 2, 0, 3],
        sum: 4.5,
        count: 6,
        exemplars: new Map([[1, { labels: 'trace_id="x"', value: 0.5, timestamp: 1500 }]]),
      },
    ],
  ]),
};

test('the text format has HELP, TYPE and samples, and values as Go reads them', () => {
  const family: Family = {
    name: 'a',
    type: 'gauge',
    help: 'one\\two\nthree',
    series: new Map([
      ['', { value: Infinity }],
      ['l="-"', { value: -Infinity, timestamp: 1234.6 }],
      ['l="n"', { value: NaN }],
    ]),
  };
  expect(writeText([family], plain)).toBe(
    '# HELP a one\\\\two\\nthree\n# TYPE a gauge\na +Inf\na{l="-"} -Inf 1235\na{l="n"} NaN\n',
  );
});

test('a histogram is cumulative, and its bounds are written as Go writes them', () => {
  expect(writeText([histogram], plain).split('\n').slice(2, -1)).toEqual([
    'lat_seconds_bucket{a="b",le="0.1"} 1',
    'lat_seconds_bucket{a="b",le="1"} 3',
    'lat_seconds_bucket{a="b",le="1e+06"} 3',
    'lat_seconds_bucket{a="b",le="+Inf"} 6',
    'lat_seconds_sum{a="b"} 4.5',
    'lat_seconds_count{a="b"} 6',
  ]);
});

test('OpenMetrics has canonical bounds, units, exemplars and an end', () => {
  expect(writeText([histogram], open)).toBe(
    [
      '# HELP lat_seconds How long.',
      '# TYPE lat_seconds histogram',
      '# UNIT lat_seconds seconds',
      'lat_seconds_bucket{a="b",le="0.1"} 1',
      'lat_seconds_bucket{a="b",le="1.0"} 3 # {trace_id="x"} 0.5 1.5',
      'lat_seconds_bucket{a="b",le="1e+06"} 3',
      'lat_seconds_bucket{a="b",le="+Inf"} 6',
      'lat_seconds_sum{a="b"} 4.5',
      'lat_seconds_count{a="b"} 6',
      '# EOF\n',
    ].join('\n'),
  );
});

test.each([
  ['counter', 'a_total', '# HELP a h\n# TYPE a counter\na_total 1\n'],
  ['counter', 'a', '# HELP a h\n# TYPE a unknown\na 1\n'],
  ['info', 'a_info', '# HELP a h\n# TYPE a info\na_info 1\n'],
  ['unknown', 'a', '# HELP a h\n# TYPE a unknown\na 1\n'],
] as const)('in OpenMetrics a %s %s has the names that it demands', (type, name, expected) => {
  expect(writeText([one(type, name)], open)).toBe(`${expected}# EOF\n`);
});

test('a counter whose family name is taken has the type unknown', () => {
  expect(writeText([one('gauge', 'a'), one('counter', 'a_total')], open)).toContain(
    '# TYPE a_total unknown\na_total 1\n',
  );
});

test.each([
  ['allow-utf-8', '{"my.name","a.b"="v"} 1'],
  ['underscores', 'my_name{a_b="v"} 1'],
  ['dots', 'my_dot_name{a_dot_b="v"} 1'],
  ['values', 'U__my_2E_name{U__a_2E_b="v"} 1'],
] as const)('a name that is not plain is written by the scheme %s', (escaping, expected) => {
  const family: Family = {
    name: 'my.name',
    type: 'gauge',
    help: '',
    series: new Map([[labelsText([['a.b', 'v']]), { value: 1 }]]),
  };
  expect(writeText([family], { openMetrics: false, escaping })).toContain(`${expected}\n`);
});

test('the parser reads what the text encoder writes', async () => {
  const name = fc.constantFrom('a', 'b_total', 'my.name', 'ünï "code"\\');
  const label = fc.uniqueArray(
    fc.tuple(fc.constantFrom('x', 'y.z', 'le2'), fc.string({ minLength: 1, unit: 'grapheme' })),
    { selector: ([key]) => key },
  );
  const samples = fc.uniqueArray(fc.tuple(name, label, fc.double()), {
    selector: ([n, pairs]) => `${n} ${labelsText(pairs)}`,
    minLength: 1,
  });
  await fc.assert(
    fc.asyncProperty(samples, fc.boolean(), async (given, openMetrics) => {
      const snapshot = new Snapshot({ seriesPerMetric: 100, seriesPerSource: 100 }, () => undefined);
      for (const [family, pairs, value] of given)
        snapshot.family({ name: family, help: 'x' }, 'gauge')?.add(labelsText(pairs), { value });
      const read = new Snapshot({ seriesPerMetric: 100, seriesPerSource: 100 }, () => undefined);
      const bad: string[] = [];
      const collector = new ExpositionCollector({
        snapshot: read,
        relabel: () => true,
        honorTimestamps: true,
        onError: (reason) => bad.push(reason),
      });
      await parseExposition(
        writeText(snapshot.families(), { openMetrics, escaping: 'allow-utf-8' }),
        openMetrics,
        collector,
      );
      expect([bad, flat(read.families())]).toEqual([[], flat(snapshot.families())]);
    }),
  );
});
