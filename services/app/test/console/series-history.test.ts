import { expect, test } from 'vitest';
import { SeriesHistory } from '../../src/console/series-history.ts';

const series = (name: string, value: number) => ({ name, labels: {}, type: 'gauge', help: '', value });

test('a series has no value for the times at which it did not exist', () => {
  const history = new SeriesHistory();
  history.record([series('a', 1)], 0);
  history.record([series('a', 2), series('b', 5)], 10_000);
  history.record([series('b', 6)], 20_000);
  expect(history.columns).toEqual({ at: [0, 10_000, 20_000], values: { 'a{}': [1, 2, null], 'b{}': [null, 5, 6] } });
});

test('records of less than 10 s are left out', () => {
  const history = new SeriesHistory();
  history.record([series('a', 1)], 0);
  history.record([series('a', 2)], 2000);
  expect(history.columns.at).toEqual([0]);
});

test('it keeps an hour of 60 series, and drops those that ended long ago', () => {
  const history = new SeriesHistory();
  const many = Array.from({ length: 100 }, (_, index) => series(`s${index}`, index));
  history.record(many, 0);
  expect(Object.keys(history.columns.values)).toHaveLength(60);
  for (let step = 1; step <= 360; step += 1) history.record([series('s0', step)], step * 10_000);
  expect(history.columns.at).toHaveLength(360);
  expect(Object.keys(history.columns.values)).toEqual(['s0{}']);
});

test('a series that appears late is kept where it is among the first 60 of the page', () => {
  const history = new SeriesHistory();
  const many = Array.from({ length: 60 }, (_, index) => series(`s${index}`, index));
  history.record(many, 0);
  history.record([series('late', 7), ...many], 10_000);
  expect(history.columns.values['late{}']).toEqual([null, 7]);
  expect(Object.keys(history.columns.values)).toHaveLength(60);
});
