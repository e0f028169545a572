import { expect, test } from 'vitest';
import { readPrometheusText } from '../../src/console/prometheus-text.ts';

test('Prometheus text is read with types, help, escaped labels and without buckets, up to the limit', () => {
  const text = [
    '# HELP a what a is',
    '# TYPE a histogram',
    'a_bucket{le="1"} 1',
    'a_sum 2.5',
    'a_count 3',
    '# TYPE b gauge',
    String.raw`b{x="q\"\\\n,}",y=""} -1e3 1700000000`,
    'c NaN',
    'not a sample',
    'd 4',
  ].join('\n');
  expect(readPrometheusText(text, 3)).toEqual([
    { name: 'a_sum', labels: {}, type: 'histogram', help: 'what a is', value: 2.5 },
    { name: 'a_count', labels: {}, type: 'histogram', help: 'what a is', value: 3 },
    { name: 'b', labels: { x: 'q"\\\n,}', y: '' }, type: 'gauge', help: '', value: -1000 },
  ]);
});
