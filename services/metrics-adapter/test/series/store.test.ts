import fc from 'fast-check';
import { expect, test } from 'vitest';
import { labelsText, parseLabelsText } from '../../src/series/labels.ts';
import { SeriesStore, type StoreCounts } from '../../src/series/store.ts';
import type { MetricSpec } from '../../src/sink.ts';

const counter = (name: string, ttl = 0): MetricSpec => ({ type: 'counter', name, help: 'x', ttl });
const labels = (...pairs: [string, string][]) => new Map(pairs);
const limits = { seriesPerMetric: 3, seriesPerSource: 5 };

function readValues(store: SeriesStore): Record<string, number> {
  return Object.fromEntries(
    store
      .families()
      .flatMap(({ name, series }) =>
        [...series].map(
          ([key, point]) => [`${name}{${key}}`, 'value' in point ? point.value : (point.count ?? 0)] as const,
        ),
      ),
  );
}

/** What a label set is, apart from the order of its labels. */
const plain = (map: ReadonlyMap<string, string>) =>
  JSON.stringify(
    [...map]
      .filter(([, value]) => value !== '')
      .map(([name, value]) => JSON.stringify([name, value.toWellFormed()]))
      .toSorted(),
  );

const total = ({ values }: StoreCounts['overflow']) => [...values.values()].reduce((sum, count) => sum + count, 0);

test('labels in any order are the same series', () => {
  const sink = new SeriesStore().sink('s', limits);
  const one = sink.series(counter('a'), labels(['x', '1'], ['y', '2']));
  expect(sink.series(counter('a'), labels(['y', '2'], ['x', '1']))).toBe(one);
});

test('label values with separators never merge two series', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom('a', 'b', 'a.b'), fc.string())),
      fc.array(fc.tuple(fc.constantFrom('a', 'b', 'a.b'), fc.string())),
      (left, right) => {
        const a = new Map(left);
        const b = new Map(right);
        expect(labelsText(a) === labelsText(b)).toBe(plain(a) === plain(b));
      },
    ),
  );
});

test('label texts are parsed as they were written', () => {
  const pairs = fc.uniqueArray(
    fc.tuple(fc.string({ minLength: 1, unit: 'grapheme' }), fc.string({ minLength: 1, unit: 'grapheme' })),
    { selector: ([name]) => name },
  );
  fc.assert(
    fc.property(pairs, (given) => {
      expect(new Map(parseLabelsText(labelsText(given)))).toEqual(new Map(given));
    }),
  );
});

test('beyond the limit of a metric, samples go to its other series and are counted', () => {
  const store = new SeriesStore();
  const sink = store.sink('s', limits);
  for (let at = 0; at < 10; at += 1) sink.series(counter('a'), labels(['id', String(at)]))?.add(1);
  expect(readValues(store)).toEqual({ 'a{id="0"}': 1, 'a{id="1"}': 1, 'a{id="2"}': 1, 'a{id="other"}': 7 });
  expect(store.counts('s').overflow.values).toEqual(new Map([['a', 7]]));
});

test('beyond the limit of a source, a new metric is dropped and counted', () => {
  const store = new SeriesStore();
  const sink = store.sink('s', limits);
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) sink.series(counter(name), labels())?.add(1);
  expect(Object.keys(readValues(store))).toHaveLength(5);
  expect(store.counts('s').overflow.values).toEqual(
    new Map([
      ['f', 1],
      ['g', 1],
    ]),
  );
  store.sink('t', limits).series(counter('other_source'), labels())?.add(1);
  expect(readValues(store)).toHaveProperty('other_source{}', 1);
});

test('a gauge beyond the limit is dropped', () => {
  const store = new SeriesStore();
  const sink = store.sink('s', { seriesPerMetric: 1, seriesPerSource: 9 });
  for (const id of ['1', '2']) sink.series({ ...counter('g'), type: 'gauge' }, labels(['id', id]))?.set(5);
  expect(readValues(store)).toEqual({ 'g{id="1"}': 5 });
});

test('a series without samples for its TTL is removed, and its handle is expired', () => {
  let now = 0;
  const store = new SeriesStore({ now: () => now });
  const sink = store.sink('s', limits);
  const old = sink.series(counter('a', 2000), labels(['n', 'old']));
  const kept = sink.series(counter('b'), labels());
  for (now = 1000; now <= 4000; now += 1000) store.sweep();
  expect([old?.expired, kept?.expired, readValues(store)]).toEqual([true, false, { 'b{}': 0 }]);
  expect(store.counts('s')).toMatchObject({ expired: 1, series: 1 });
});

test('a sample within the TTL keeps a series', () => {
  let now = 0;
  const store = new SeriesStore({ now: () => now });
  const series = store.sink('s', limits).series(counter('a', 2000), labels());
  for (now = 1000; now <= 9000; now += 1000) {
    store.sweep();
    series?.add(1);
  }
  expect(readValues(store)).toEqual({ 'a{}': 9 });
});

test('samples that overflowed get a series of their own once a TTL has made room', () => {
  let now = 0;
  const store = new SeriesStore({ now: () => now });
  const sink = store.sink('s', { seriesPerMetric: 1, seriesPerSource: 9 });
  sink.series(counter('a', 1000), labels(['id', '1']))?.add(1);
  const overflow = sink.series(counter('a', 1000), labels(['id', '2']));
  for (now = 1000; now <= 3000; now += 1000) store.sweep();
  expect(overflow?.expired).toBe(true);
  sink.series(counter('a', 1000), labels(['id', '2']))?.add(1);
  expect(readValues(store)).toEqual({ 'a{id="2"}': 1 });
});

test.each([
  ['another type', { ...counter('a'), type: 'gauge' as const }],
  ["the name of another's samples", counter('h_sum')],
])('a metric with %s is refused and counted', (_what, spec) => {
  const store = new SeriesStore();
  const sink = store.sink('s', limits);
  sink.series(counter('a'), labels());
  sink.series({ type: 'histogram', name: 'h', help: '', ttl: 0, buckets: [1] }, labels());
  expect(sink.series(spec, labels())).toBeUndefined();
  expect(store.counts('s').conflicts.values).toEqual(new Map([[spec.name, 1]]));
});

test('after a reload a metric may have another type, and series of removed sources are gone', () => {
  const store = new SeriesStore();
  store.sink('gone', limits).series(counter('x'), labels())?.add(1);
  store.sink('s', limits).series(counter('a'), labels())?.add(1);
  store.beginGeneration(new Set(['s']));
  store
    .sink('s', limits)
    .series({ ...counter('a'), type: 'gauge' }, labels())
    ?.set(7);
  expect(readValues(store)).toEqual({ 'a{}': 7 });
});

test('beyond the budget in bytes no series is added until others expire', () => {
  let now = 0;
  const store = new SeriesStore({ now: () => now });
  const many = { seriesPerMetric: 1e6, seriesPerSource: 1e6 };
  store.limitBytes(100_000);
  const fill = () => {
    for (let at = 0; at < 1000; at += 1)
      store
        .sink('s', many)
        .series(counter('a', 1000), labels(['id', String(at)]))
        ?.add(1);
  };
  fill();
  expect(store.bytes).toBeLessThan(101_000);
  expect(total(store.counts('s').overflow) + store.counts('s').series).toBe(1001);
  for (now = 1000; now <= 3000; now += 1000) store.sweep();
  expect([store.bytes, store.counts('s').series]).toEqual([0, 0]);
  fill();
  expect(readValues(store)).toHaveProperty('a{id="0"}', 1);
});

test('beyond the budget summaries keep fewer observations', () => {
  const store = new SeriesStore();
  const spec: MetricSpec = {
    type: 'summary',
    name: 'q',
    help: '',
    ttl: 0,
    quantiles: [{ quantile: 0.5, error: 0.01 }],
    maxAge: 600_000,
    ageBuckets: 5,
  };
  const series = store.sink('s', limits).series(spec, labels());
  for (let value = 0; value < 2000; value += 1) series?.observe(value, 1);
  const whole = store.bytes;
  store.limitBytes(1000);
  for (let value = 0; value < 10; value += 1) series?.observe(value, 1);
  expect(store.bytes).toBeLessThan(whole / 16);
});

test('names from outside have counters of their own up to a limit', () => {
  const store = new SeriesStore();
  const sink = store.sink('s', { seriesPerMetric: 1, seriesPerSource: 1 });
  for (let at = 0; at < 500; at += 1) sink.series(counter(`m${at}`), labels())?.add(1);
  const { overflow } = store.counts('s');
  const { values } = overflow;
  expect([values.size, values.get('m1'), values.get('other'), total(overflow)]).toEqual([101, 1, 399, 499]);
});

test('clearing removes the series of one source or of all, and frees their names', () => {
  const store = new SeriesStore();
  const one = store.sink('one', limits);
  const two = store.sink('two', limits);
  const a = one.series(counter('a'), labels());
  a?.add(5);
  two.series(counter('b'), labels())?.add(5);
  store.clear('one');
  expect([a?.expired, readValues(store)]).toEqual([true, { 'b{}': 5 }]);
  one.series({ ...counter('a'), type: 'gauge' }, labels())?.set(1);
  expect(readValues(store)).toEqual({ 'a{}': 1, 'b{}': 5 });
  store.clear();
  expect([readValues(store), store.bytes, store.counts('one').series, store.counts('one').expired]).toEqual([
    {},
    0,
    0,
    0,
  ]);
});

test('a set is a gauge of its members, whose memory counts towards the budget', () => {
  let now = 0;
  const store = new SeriesStore({ now: () => now });
  const sink = store.sink('s', limits);
  const spec = { name: 'users', help: 'H', ttl: 0, type: 'set' as const, maxAge: 60_000, maxMembers: 10 };
  const series = sink.series(spec, labels());
  const before = store.bytes;
  for (const member of ['bob', 'eve', 'bob']) series?.addMember(member);
  const [family] = store.families();
  expect([family?.type, readValues(store), store.bytes > before]).toEqual(['gauge', { 'users{}': 2 }, true]);
  expect(sink.series({ ...counter('users'), type: 'gauge' }, labels())).toBeUndefined();
  for (now = 0; now <= 61_000; now += 1000) store.sweep();
  expect([readValues(store), store.bytes]).toEqual([{ 'users{}': 0 }, before]);
});
