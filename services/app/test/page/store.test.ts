import { expect, test } from 'vitest';
import { emptyPage, merged, reducePage, serverNow, staleSince } from '../../public/console/store/reduce-page.js';
import { axisRange } from '../../public/console/store/view.js';

const at = Date.now();
const pod = { at: at + 60_000, lifecycle: { state: 'ready' }, metrics: { ok: false } };
const open = reducePage(emptyPage, { type: 'document', data: pod, at });

const formatKey = ({ at: time, id }: { at: number; id: number }) => `${time} ${id}`;
const series = (value: number) => ({ ok: true, series: [{ name: 'a', labels: {}, value }] });

test('an update changes the parts that it has and leaves the others', () => {
  const added = { samples: [{ at: at + 60_001, cpu: 1 }], events: [], calls: [] };
  const next = reducePage(open, { type: 'update', data: { at: at + 61_000, chaos: 'x', added }, at: at + 1000 });
  expect(next.document).toMatchObject({ lifecycle: { state: 'ready' }, chaos: 'x' });
  expect(next.samples).toHaveLength(1);
});

test('history and updates that overlap give each entry once, in the order of time', () => {
  const known = [{ at: 5, id: 3 }];
  const history = [
    { at: 1, id: 1 },
    { at: 4, id: 2 },
    { at: 5, id: 3 },
  ];
  expect(merged(known, history, formatKey)).toEqual(history);
});

test('entries older than an hour are dropped', () => {
  const old = { at: at + 60_000 - 3_700_000, id: 1 };
  const young = { at: at + 59_000, id: 2 };
  const data = { samples: [old, young], events: [], calls: [old, young], series: { at: [], values: {} } };
  const next = reducePage(open, { type: 'history', data, at });
  expect([next.samples, next.calls]).toEqual([[young], [young]]);
});

test('after 5 s without an event the page is stale since the last one, and its clock stops', () => {
  const later = (ms: number) => reducePage(open, { type: 'tick', at: at + ms });
  expect(staleSince(later(5000))).toBeUndefined();
  expect(staleSince(later(5001))).toBe(at);
  expect([serverNow(later(4000)), serverNow(later(9000))]).toEqual([at + 64_000, at + 60_000]);
});

test('a page that never got an event is stale too', () => {
  const opened = reducePage(emptyPage, { type: 'tick', at });
  expect(staleSince(reducePage(opened, { type: 'tick', at: at + 6000 }))).toBe(at);
});

test('adapted series keep every new value', () => {
  const first = reducePage(emptyPage, { type: 'document', data: { ...pod, metrics: series(1) }, at });
  const added = { samples: [], events: [], calls: [] };
  const data = { at: pod.at + 1000, metrics: series(2), added };
  const second = reducePage(first, { type: 'update', data, at: at + 1000 });
  expect(Object.values(second.series)).toEqual([
    [
      [pod.at, 1],
      [pod.at + 1000, 2],
    ],
  ]);
});

test('the history of a series comes before its new values', () => {
  const columns = { at: [1, 2], values: { 'a{}': [null, 7] } };
  const data = { samples: [], events: [], calls: [], series: columns };
  expect(reducePage(open, { type: 'history', data, at }).series).toEqual({ 'a{}': [[2, 7]] });
});

test('the axis ends now, or at the deadline of a drain, or is the chosen piece of time', () => {
  const drain = { startedAt: 1000, delayMs: 500, timeoutMs: 2000 };
  expect(axisRange({ span: 100, zoom: undefined }, 1200, undefined)).toEqual({ from: 1100, to: 1200 });
  expect(axisRange({ span: 100, zoom: undefined }, 1200, drain)).toEqual({ from: 1100, to: 3500 });
  expect(axisRange({ span: 100, zoom: { from: 1, to: 2 } }, 1200, drain)).toEqual({ from: 1, to: 2 });
});
