import { expect, test } from 'vitest';
import { scrapeStatsd } from '../support/statsd-adapter.ts';

const timer = `
- match: "test.timing.*.*.*"
  name: "my_timer"
  labels: { provider: "$2", outcome: "$3", job: "\${1}_server" }`;
const summary = `mappings:${timer}
  observer_type: summary
  summary_options:
    quantiles:
    - { quantile: 0.99, error: 0.001 }
    - { quantile: 0.95, error: 0.01 }
    - { quantile: 0.9, error: 0.05 }
    - { quantile: 0.5, error: 0.005 }
    max_age: 30s
    age_buckets: 3
    buf_cap: 1000
`;
const histogram = `mappings:${timer}
  observer_type: histogram
  histogram_options:
    buckets: [ 0.01, 0.025, 0.05, 0.1 ]
    native_histogram_bucket_factor: 1.1
    native_histogram_max_buckets: 256
`;
const quantiles = (name: string, value: number, count: number) => [
  ...['0.5', '0.9', '0.99'].map((quantile) => `${name}{quantile="${quantile}"} ${value}`),
  `${name}_sum ${value * count}`,
  `${name}_count ${count}`,
];
const labelled = 'job="a_server",outcome="ok",provider="b"';
const bucket = (le: string, count: number) => `my_timer_bucket{${labelled},le="${le}"} ${count}`;

/** The examples with timers, histograms and distributions: https://github.com/prometheus/statsd_exporter */
test.each([
  [
    'a summary with four quantiles of its own',
    summary,
    ['test.timing.a.b.ok:20|ms', 'test.timing.a.b.ok:40|ms'],
    [
      ...[
        ['0.5', 0.02],
        ['0.9', 0.04],
        ['0.95', 0.04],
        ['0.99', 0.04],
      ].map(
        ([quantile, value]) => `my_timer{job="a_server",outcome="ok",provider="b",quantile="${quantile}"} ${value}`,
      ),
      `my_timer_sum{${labelled}} 0.06`,
      `my_timer_count{${labelled}} 2`,
    ],
  ],
  [
    'a histogram',
    histogram,
    ['test.timing.a.b.ok:20|ms', 'test.timing.a.b.ok:40|ms', 'test.timing.a.b.ok:2000|ms'],
    [
      bucket('0.01', 0),
      bucket('0.025', 1),
      bucket('0.05', 2),
      bucket('0.1', 2),
      bucket('+Inf', 3),
      `my_timer_sum{${labelled}} 2.06`,
      `my_timer_count{${labelled}} 3`,
    ],
  ],
  ['timers without a mapping: a summary in seconds', '', ['t:250|ms'], quantiles('t', 0.25, 1)],
  [
    'histograms and distributions: no change of unit',
    '',
    ['h:4|h', 'd:4|d'],
    [...quantiles('h', 4, 1), ...quantiles('d', 4, 1)],
  ],
])("statsd_exporter's README: %s", async (_what, mapping, lines, expected) => {
  expect((await scrapeStatsd(mapping, lines.join('\n'))).samples).toEqual(expected);
});

test("statsd_exporter's annotated example: defaults, buckets of a mapping's own, and a summary", async () => {
  const mapping = `
defaults:
  observer_type: histogram
  histogram_options:
    native_histogram_bucket_factor: 1.1
    native_histogram_max_buckets: 160
    buckets: [.005, .01, .025, .05, .1, .25, .5, 1, 2.5 ]
  summary_options:
    quantiles: [{ quantile: 0.99, error: 0.001 }, { quantile: 0.95, error: 0.01 }, { quantile: 0.9, error: 0.05 }, { quantile: 0.5, error: 0.005 }]
    max_age: 5m
    age_buckets: 2
    buf_cap: 1000
  match_type: glob
  glob_disable_ordering: true
  ttl: 0
mappings:${timer}
  help: "Latency of the application"
- match: "consistent_app.timing.*.*.*"
  name: "my_consistent_timer"
  help: "Latency of an application with a consistent latency pattern"
  histogram_options:
    native_histogram_bucket_factor: 1.005
    buckets: [0.01, 0.011, 0.012, 0.013, 0.014, 0.015, 0.016, 0.017, 0.018, 0.019, 0.02]
- match: "other.distribution.*.*.*"
  observer_type: summary
  name: "other_distribution"
  labels: { provider: "$2", outcome: "$3", job: "\${1}_server_other" }
`;
  const lines = ['test.timing.a.b.ok:20|ms', 'consistent_app.timing.a.b.ok:15|ms', 'other.distribution.a.b.ok:5|d'];
  const { samples, comments } = await scrapeStatsd(mapping, lines.join('\n'));
  const bounds = (name: string) =>
    samples.filter((line) => line.startsWith(`${name}_bucket`)).map((line) => Number(/le="([^"]+)"/.exec(line)?.[1]));
  expect(bounds('my_timer')).toEqual([0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, Number.NaN]);
  expect(bounds('my_consistent_timer')).toHaveLength(12);
  expect(samples.filter((line) => line.includes('quantile='))).toHaveLength(4);
  expect(samples).toContain('other_distribution_count{job="a_server_other",outcome="ok",provider="b"} 1');
  expect(comments).toContain('# HELP my_timer Latency of the application');
});
