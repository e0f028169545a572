import { waitFor } from '@podkit/chassis/testing/wait-for';
import { expect, test } from 'vitest';
import { parseMappingFile } from '../../src/statsd/mapping/mapping.ts';
import { scrapeStatsd } from '../support/statsd-adapter.ts';

const dispatcher = `
mappings:
- match: "test.dispatcher.*.*.*"
  name: "dispatcher_events_total"
  labels: { processor: "$1", action: "$2", outcome: "$3", job: "test_dispatcher" }
- match: "*.signup.*.*"
  name: "signup_events_total"
  labels: { provider: "$2", outcome: "$3", job: "\${1}_server" }
`;
const globName = 'mappings: [{ match: "test.*.*.counter", name: "${2}_total", labels: { provider: "$1" } }]';
const regexName = `
mappings:
- match: "test\\\\.(\\\\w+)\\\\.(\\\\w+)\\\\.counter"
  match_type: regex
  name: "\${2}_total"
  labels: { provider: "$1" }
- match: "(.*)\\\\.(.*)--(.*)\\\\.status\\\\.(.*)\\\\.count"
  match_type: regex
  name: "request_total"
  labels: { hostname: "$1", exec: "$2", protocol: "$3", code: "$4" }
`;
const timer = `
- match: "test.timing.*.*.*"
  name: "my_timer"
  labels: { provider: "$2", outcome: "$3", job: "\${1}_server" }`;
const scale = `
mappings:
- { match: foo.latency_ms, name: foo_latency_seconds, scale: 0.001 }
- { match: bar.processed_kb, name: bar_processed_bytes, scale: 1024 }
- { match: baz.latency_us, name: baz_latency_seconds, scale: 1e-6 }
`;
const drop = `mappings:${timer}
- match: "."
  match_type: regex
  action: drop
  name: "dropped"
`;
const typed = (type: string) =>
  `mappings: [{ match: "test.foo.*", name: test_foo, match_metric_type: ${type}, labels: { provider: "$1" } }]`;
const types = ['test.foo.a:2|c', 'test.foo.b:3|g', 'test.foo.c:4|h'];
const quantiles = (name: string, value: number, count: number) => [
  ...['0.5', '0.9', '0.99'].map((quantile) => `${name}{quantile="${quantile}"} ${value}`),
  `${name}_sum ${value * count}`,
  `${name}_count ${count}`,
];
/** The examples of statsd_exporter's README: https://github.com/prometheus/statsd_exporter */
test.each([
  [
    'tags of Librato',
    '',
    ['metric.name#tagName=val,tag2Name=val2:3|c'],
    ['metric_name{tag2Name="val2",tagName="val"} 3'],
  ],
  [
    'tags of InfluxDB',
    '',
    ['metric.name,tagName=val,tag2Name=val2:3|c'],
    ['metric_name{tag2Name="val2",tagName="val"} 3'],
  ],
  [
    'tags of DogStatsD',
    '',
    ['metric.name:3|c|#tagName:val,tag2Name:val2'],
    ['metric_name{tag2Name="val2",tagName="val"} 3'],
  ],
  [
    'tags of SignalFX',
    '',
    ['metric.name[tagName=val,tag2Name=val2]:3|c'],
    ['metric_name{tag2Name="val2",tagName="val"} 3'],
  ],
  [
    'globs',
    dispatcher,
    [
      'test.dispatcher.FooProcessor.send.success:1|c',
      'foo_product.signup.facebook.failure:1|c',
      'test.web-server.foo.bar:1|c',
    ],
    [
      'dispatcher_events_total{action="send",job="test_dispatcher",outcome="success",processor="FooProcessor"} 1',
      'signup_events_total{job="foo_product_server",outcome="failure",provider="facebook"} 1',
      'test_web_server_foo_bar 1',
    ],
  ],
  ['a name from a glob', globName, ['test.a.clicks.counter:5|c'], ['clicks_total{provider="a"} 5']],
  [
    'names and labels from regexes',
    regexName,
    ['test.a.clicks.counter:5|c', 'host.run--http.status.200.count:3|c'],
    ['clicks_total{provider="a"} 5', 'request_total{code="200",exec="run",hostname="host",protocol="http"} 3'],
  ],
  [
    'the whole match as a label',
    'mappings: [{ match: ".+", match_type: regex, name: "$0", labels: { statsd_metric_name: "$0" } }]',
    ['my.statsd_counter:1|c'],
    ['my_statsd_counter{statsd_metric_name="my.statsd_counter"} 1'],
  ],
  [
    'three changes of unit',
    scale,
    ['foo.latency_ms:250|g', 'bar.processed_kb:3|c', 'baz.latency_us:500000|g'],
    ['foo_latency_seconds 0.25', 'bar_processed_bytes 3072', 'baz_latency_seconds 0.5'],
  ],
  ['dropping what nothing matches', drop, ['anything:1|c', 'else.where:2|g'], []],
  [
    'only counters mapped',
    typed('counter'),
    types,
    ['test_foo{provider="a"} 2', 'test_foo_b 3', ...quantiles('test_foo_c', 4, 1)],
  ],
  ['only gauges mapped', typed('gauge'), types.slice(0, 2), ['test_foo_a 2', 'test_foo{provider="b"} 3']],
  [
    'labels of the mapping before tags',
    'mappings: [{ match: a, name: a, labels: { zone: fixed } }]',
    ['a:1|c|#zone:tag'],
    ['a{zone="fixed"} 1'],
  ],
  [
    'honor_labels: tags before labels of the mapping, which are the default',
    'mappings: [{ match: a, name: a, honor_labels: true, labels: { zone: fixed } }]',
    ['a:1|c|#zone:tag', 'a:1|c'],
    ['a{zone="tag"} 1', 'a{zone="fixed"} 1'],
  ],
])("statsd_exporter's README: %s", async (_what, mapping, lines, expected) => {
  expect((await scrapeStatsd(mapping, lines.join('\n'))).samples).toEqual(expected);
});

test("statsd_exporter's README: a series with a ttl expires, and one without stays", async () => {
  const mapping = 'mappings: [{ match: brief.*, name: brief, ttl: 50ms }, { match: long.*, name: long, ttl: 0 }]';
  const { adapter, own } = await scrapeStatsd(mapping, 'brief.a:1|c\nlong.a:1|c');
  expect(own).toContain('adapter_statsd_events_total{source="statsd",type="counter"} 2');
  await waitFor('the series to go', async () => (await adapter.samples('brief')).length === 0);
  expect(await adapter.samples('long')).toEqual(['long 1']);
});

test("statsd_exporter's README: the help of a mapping, and the type of the series", async () => {
  const mapping = `
mappings:
- match: "http.request.*"
  help: "Total number of http requests"
  name: "http_requests_total"
  labels: { code: "$1" }
`;
  const { comments, samples } = await scrapeStatsd(mapping, 'http.request.200:7|c');
  expect([...comments, ...samples]).toEqual([
    '# HELP http_requests_total Total number of http requests',
    '# TYPE http_requests_total counter',
    'http_requests_total{code="200"} 7',
  ]);
});

test("statsd_exporter's README: the mapping that does not work there is refused with its place", () => {
  const mapping = 'mappings:\n- match: "test\\\\.(\\w+)\\\\.counter"\n  match_type: regex\n  name: "${1}_total"\n';
  expect(() => parseMappingFile(mapping, 'm.yml')).toThrow('m.yml:2:19: Invalid escape sequence \\w');
});
