import fc from 'fast-check';
import { expect, test } from 'vitest';
import { roundUp, valueAxis } from '../../public/console/time/chart-axis.js';
import { chaosBands, entryAt, lifeBands, lifecycleBands, rowEntries, rows } from '../../public/console/time/rows.js';
import { timeScale, timeTicks } from '../../public/console/time/scale.js';
import { markGroups, tickPaths } from '../../public/console/time/tick-paths.js';

const scale = timeScale({ from: 0, to: 1000 }, 100);

test('a scale maps moments to pixels and back', () => {
  expect([scale.x(0), scale.x(500), scale.x(1000), scale.at(25)]).toEqual([0, 50, 100, 250]);
});

test('the ticks of an axis are round moments, at least as far from each other as asked', () => {
  const range = fc.record({ from: fc.integer({ min: 0, max: 2e12 }), span: fc.integer({ min: 5000, max: 3_600_000 }) });
  fc.assert(
    fc.property(range, fc.integer({ min: 120, max: 2500 }), ({ from, span }, width) => {
      const { ticks } = timeTicks({ from, to: from + span, width }, 60);
      const wide = timeScale({ from, to: from + span }, width);
      const gaps = ticks.slice(1).map((at: number, index: number) => wide.x(at) - wide.x(ticks[index] ?? 0));
      expect(ticks.filter((at: number) => at % 1000 !== 0)).toEqual([]);
      expect(gaps.filter((gap: number) => gap < 59)).toEqual([]);
    }),
  );
});

test('states become bands, one after the other, the last one until now', () => {
  const events = [
    { at: 0, kind: 'state', state: 'starting', text: 'starting: x' },
    { at: 5, kind: 'hook', text: 'postStart called' },
    { at: 10, kind: 'state', state: 'ready', text: 'ready: y' },
  ];
  expect(lifecycleBands(events, 50).map(({ from, to, state }: never) => [from, to, state])).toEqual([
    [0, 10, 'starting'],
    [10, 50, 'ready'],
  ]);
});

test('earlier runs are bands: one that exited with 0, one that was killed', () => {
  const lives = [
    { number: 1, startedAt: 0, endedAt: 5, exitCode: 0, signal: 'SIGTERM' },
    { number: 2, startedAt: 6, endedAt: 9, signal: 'SIGKILL', reason: 'no end was recorded' },
  ];
  expect(lifeBands(lives)).toEqual([
    { from: 0, to: 5, state: 'exited', text: 'run 1: SIGTERM, exit code 0' },
    { from: 6, to: 9, state: 'killed', text: 'run 2: SIGKILL, no end was recorded' },
  ]);
});

test('a chaos control lasts until it is over, or as long as it was meant to', () => {
  const events = [
    { at: 0, kind: 'chaos', name: 'cpu', text: 'burn', until: 100 },
    { at: 10, kind: 'chaos', name: 'drop', text: 'cut', until: 100 },
    { at: 40, kind: 'chaos', name: 'cpu', text: 'over: cpu' },
  ];
  expect(chaosBands(events, 60).map(({ from, to }: never) => [from, to])).toEqual([
    [0, 40],
    [10, 60],
  ]);
});

test('the entry of a row at a moment is the band that covers it, or the last call before it', () => {
  const [lifecycle] = rows;
  const bands = [
    { from: 0, to: 10, state: 'starting' },
    { from: 10, to: 50, state: 'ready' },
  ];
  expect(entryAt(lifecycle, bands, 7)).toMatchObject({ state: 'starting' });
  expect(entryAt(lifecycle, bands, 70)).toBeUndefined();
  const readiness = rows.find(({ id }) => id === 'readyz');
  const calls = [
    { at: 1, probe: 'readyz', status: 503 },
    { at: 2, probe: 'livez', status: 200 },
    { at: 9, probe: 'readyz', status: 200 },
  ];
  const entries = rowEntries(readiness, { events: [], calls }, 20);
  expect(entryAt(readiness, entries, 8)).toMatchObject({ at: 1, status: 503 });
});

test('calls of one pixel are one tick, and the worst of them is seen', () => {
  const calls = [
    { at: 100, ok: true },
    { at: 101, ok: false },
    { at: 102, ok: true },
    { at: 500, ok: false, chaos: true },
    { at: 5000, ok: false },
  ];
  expect(tickPaths(calls, scale, 20)).toEqual({ ok: '', failed: 'M10.5 1V19', chaos: 'M50.5 1V19' });
});

test('marks that would overlap are one mark', () => {
  const groups = markGroups([{ at: 100 }, { at: 120 }, { at: 500 }, { at: 2000 }], scale);
  expect(groups.map(({ marks }) => marks.length)).toEqual([2, 1]);
});

test('a chart shows the limit where the values are above a tenth of it', () => {
  expect(valueAxis(60, 100)).toEqual({ top: expect.closeTo(110), splits: [0, 50, 100] });
  expect(valueAxis(150, 100).top).toBeCloseTo(165);
  expect(valueAxis(3, 100)).toEqual({ top: 4, splits: [0, 2, 4] });
  expect(valueAxis(0, undefined)).toEqual({ top: 1, splits: [0] });
});

test('the top of a chart is a round number that the value fits below', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1e12, noNaN: true }), fc.boolean(), (value, binary) => {
      const top = roundUp(value, binary);
      expect(top).toBeGreaterThanOrEqual(value * (1 - 1e-8));
      expect(top).toBeLessThanOrEqual(value * 2.001);
    }),
  );
});
