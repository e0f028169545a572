import { expect, test } from 'vitest';
import { compileRelabel } from '../../src/prometheus/relabel.ts';
import { parseSampleLine } from '../../src/prometheus/sample-line.ts';
import { serveApp } from '../support/serve-app.ts';
import { startAdapter } from '../support/start-adapter.ts';

const rule = (config: object) => ({
  source_labels: [],
  separator: ';',
  regex: '(.*)',
  replacement: '$1',
  action: 'replace' as const,
  ...config,
});
const relabeled = (labels: Record<string, string>, ...rules: object[]) => {
  const map = new Map(Object.entries(labels));
  return compileRelabel(rules.map(rule))(map) ? Object.fromEntries(map) : 'dropped';
};

test.each([
  [
    { source_labels: ['a', 'b'], target_label: 'c', regex: '(.+);(.+)', replacement: '$2-${1}' },
    { a: '1', b: '2', c: '2-1' },
  ],
  [
    { source_labels: ['a'], regex: '1', action: 'keep' },
    { a: '1', b: '2' },
  ],
  [{ source_labels: ['a'], regex: '', action: 'keep' }, 'dropped'],
  [{ source_labels: ['a'], regex: '[0-9]', action: 'drop' }, 'dropped'],
  [{ source_labels: ['a'], target_label: 'b', action: 'keepequal' }, 'dropped'],
  [
    { source_labels: ['a'], target_label: 'b', action: 'dropequal' },
    { a: '1', b: '2' },
  ],
  [
    { regex: '(.)', replacement: 'new_$1', action: 'labelmap' },
    { a: '1', b: '2', new_a: '1', new_b: '2' },
  ],
  [{ regex: 'a', action: 'labeldrop' }, { b: '2' }],
  [{ regex: 'a', action: 'labelkeep' }, { a: '1' }],
  [{ target_label: 'a', replacement: '' }, { b: '2' }],
  [
    { source_labels: ['a'], target_label: 'h', modulus: 1000, action: 'hashmod' },
    { a: '1', b: '2', h: '291' },
  ],
])('the rule %j gives %j', (config, expected) => {
  expect(relabeled({ a: '1', b: '2' }, config)).toEqual(expected);
});

test.each([
  ['a 1', { name: 'a', labels: [], value: 1 }],
  ['a{} 1e3 123', { name: 'a', labels: [], value: 1000, timestamp: 123 }],
  [
    'a{x="1",y="\\"\\\\\\n",} +Inf',
    {
      name: 'a',
      labels: [
        ['x', '1'],
        ['y', '"\\\n'],
      ],
      value: Infinity,
    },
  ],
  ['{"my.name","a.b"="v"} 2', { name: 'my.name', labels: [['a.b', 'v']], value: 2 }],
  [
    'a{x="}"} 3 # {t="1"} 4 5',
    { name: 'a', labels: [['x', '}']], value: 3, exemplar: { labels: [['t', '1']], value: 4, timestamp: 5 } },
  ],
])('the line %s is understood', (line, expected) => {
  expect(parseSampleLine(line)).toEqual(expected);
});

test.each(['a', 'a{', 'a{x=1} 1', 'a{x="1} 1', '1a 1', 'a 0x10', 'a b', '{"a"="b"} 1', 'a 1 x'])(
  'the line %s is refused',
  (line) => {
    expect(parseSampleLine(line)).toBe('malformed_line');
  },
);

const exposition = `# HELP http_requests_total All "requests".
# TYPE http_requests_total counter
http_requests_total{code="200"} 5
# TYPE lat_seconds histogram
lat_seconds_bucket{le="0.1"} 1
lat_seconds_bucket{le="+Inf"} 3
lat_seconds_sum 4.5
lat_seconds_count 3
# TYPE rpc summary
rpc{quantile="0.5"} 2
rpc_sum 9
rpc_count 4
debug_thing 1
not a line}
`;

test('Prometheus text passes through relabeled, and only malformed lines are missing', async () => {
  const url = await serveApp(exposition);
  const adapter = await startAdapter(`
prometheus:
  - name: app
    url: ${url}
    relabel:
      - { source_labels: [__name__], regex: debug_.*, action: drop }
      - { source_labels: [__name__], regex: 'http_(.*)', target_label: __name__, replacement: 'web_$1' }
      - { target_label: layer, replacement: front }`);
  const text = await (await adapter.get('/metrics')).text();
  expect(text).toContain('# HELP web_requests_total All "requests".\n# TYPE web_requests_total counter\n');
  expect(text.split('\n').filter((line) => line.includes('layer="front"'))).toEqual([
    'web_requests_total{code="200",layer="front"} 5',
    'lat_seconds_bucket{layer="front",le="0.1"} 1',
    'lat_seconds_bucket{layer="front",le="+Inf"} 3',
    'lat_seconds_sum{layer="front"} 4.5',
    'lat_seconds_count{layer="front"} 3',
    'rpc{layer="front",quantile="0.5"} 2',
    'rpc_sum{layer="front"} 9',
    'rpc_count{layer="front"} 4',
  ]);
  expect(text).toContain('adapter_errors_total{reason="malformed_line",source="app"} 1');
});

test('an exemplar and a timestamp pass from OpenMetrics to OpenMetrics', async () => {
  const url = await serveApp('# TYPE a counter\na_total{x="1"} 3.0 1.5 # {trace_id="t"} 1.0 1.25\n# EOF\n');
  const adapter = await startAdapter(`prometheus: [{ name: app, url: '${url}' }]`);
  const text = await (await adapter.get('/metrics', { accept: 'application/openmetrics-text;version=1.0.0' })).text();
  expect(text).toContain('\na_total{x="1"} 3 1.5 # {trace_id="t"} 1 1.25\n');
});

test.each([
  ['128 characters of several bytes and escapes', '\\"'.repeat(60) + '💥'.repeat(67), true],
  ['129 characters', 'x'.repeat(128), false],
])('an exemplar of %s is kept or left out in OpenMetrics', async (_what, value, kept) => {
  const url = await serveApp(`# TYPE a counter\na_total 3 # {t="${value}"} 1\n# EOF\n`);
  const adapter = await startAdapter(`prometheus: [{ name: app, url: '${url}' }]`);
  const text = await (await adapter.get('/metrics', { accept: 'application/openmetrics-text;version=1.0.0' })).text();
  expect(text).toContain(kept ? `\na_total 3 # {t="${value}"} 1\n` : '\na_total 3\n');
});

test('two sources with one metric make one family, and the first wins for a series of both', async () => {
  const one = await serveApp('# TYPE a gauge\na{x="1"} 1\n');
  const two = await serveApp('# TYPE a gauge\na{x="1"} 2\na{x="2"} 2\n');
  const three = await serveApp('# TYPE a counter\na 9\n');
  const adapter = await startAdapter(
    `prometheus: [{ name: one, url: '${one}' }, { name: two, url: '${two}' }, { name: three, url: '${three}' }]`,
  );
  expect(await adapter.samples('a{')).toEqual(['a{x="1"} 1', 'a{x="2"} 2']);
  const text = (await adapter.samples('adapter_errors_total')).join('\n');
  expect(text).toContain('reason="duplicate",source="two"');
  expect(text).toContain('reason="type_conflict",source="three"');
});
