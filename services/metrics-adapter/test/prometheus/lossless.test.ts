import { expect, test } from 'vitest';
import { serveApp } from '../support/serve-app.ts';
import { startAdapter } from '../support/start-adapter.ts';

const openMetrics = 'application/openmetrics-text; version=1.0.0; charset=utf-8';
const plainText = 'text/plain; version=0.0.4';

/** The lines that an adapter shows of a source, without those about itself. */
async function passed(body: string, { type = plainText, accept = '', more = '' } = {}): Promise<string[]> {
  const url = await serveApp((_request, response) => {
    response.setHeader('content-type', type);
    response.end(body);
  });
  const adapter = await startAdapter(`prometheus: [{ name: app, url: '${url}' ${more} }]`);
  const text = await (await adapter.get('/metrics', accept === '' ? {} : { accept })).text();
  return text.split('\n').filter((line) => line !== '' && !/^(# (HELP|TYPE|UNIT) )?adapter_|^# EOF|^# HELP/.test(line));
}

/** The reasons that the adapter counts for a source, whose sample `fine` must be there. */
async function refusals(body: string, type = plainText): Promise<string[]> {
  const url = await serveApp((_request, response) => {
    response.setHeader('content-type', type);
    response.end(body);
  });
  const adapter = await startAdapter(`prometheus: [{ name: app, url: '${url}' }]`);
  await adapter.get('/metrics');
  const lines = await adapter.samples('adapter_errors_total');
  expect(await adapter.samples('adapter_build_info')).toHaveLength(1);
  expect(await adapter.samples('fine')).toEqual(['fine 1']);
  return lines.map((line) => /reason="(\w+)"/.exec(line)?.[1] ?? '');
}

test.each([
  ['a summary without _sum', '# TYPE s summary\ns{quantile="0.5"} 1\ns_count 2\n'],
  ['a summary without _count', '# TYPE s summary\ns_sum 2\n'],
  ['a histogram without _sum and +Inf', '# TYPE h histogram\nh_bucket{le="1"} 1\nh_count 2\n'],
  ['a count that differs from the last bucket', '# TYPE h histogram\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 2\n'],
  ['buckets of fractions', '# TYPE h histogram\nh_bucket{le="1"} 0.1\nh_bucket{le="+Inf"} 0.3\nh_sum 1\nh_count 0.3\n'],
  ['_created beside a gauge', '# TYPE job gauge\njob 1\n# TYPE job_created untyped\njob_created 5\n'],
  ['a counter without _total', '# TYPE c counter\nc 1\n'],
  ['negative times', '# TYPE g gauge\ng 1 -5\n'],
  ['several times of one series', '# TYPE g gauge\ng{a="1"} 1 1000\ng{a="1"} 2 2000\ng{a="1"} 3 3000\n'],
  ['names in UTF-8, escaped', '# TYPE a_b gauge\na_b{c_d="1"} 1\n'],
])('%s passes unchanged', async (_what, body) => {
  expect(await passed(body)).toEqual(body.trimEnd().split('\n'));
});

test('names with the endings of a histogram stay metrics of their own beside a gauge', async () => {
  const body = '# TYPE foo gauge\nfoo 1\nfoo_total 2\nfoo_count 3\nfoo_info 4\nfoo_created 5\n';
  const lines = await passed(body);
  expect(lines).toContain('# TYPE foo gauge');
  for (const name of ['foo_total', 'foo_count', 'foo_info', 'foo_created'])
    expect(lines).toContain(`# TYPE ${name} untyped`);
});

test('a sum that a rule drops stays away', async () => {
  const rule = '{ source_labels: [__name__], regex: .*_sum, action: drop }';
  const body =
    '# TYPE s summary\ns{quantile="0.5"} 1\ns_sum 5\ns_count 2\n# TYPE h histogram\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n';
  const lines = await passed(body, { more: `, relabel: [${rule}]` });
  expect(lines.filter((line) => !line.startsWith('#'))).toEqual([
    's{quantile="0.5"} 1',
    's_count 2',
    'h_bucket{le="+Inf"} 1',
    'h_count 1',
  ]);
});

test.each([plainText, openMetrics])('a counter without _total keeps its name in %s', async (accept) => {
  expect(await passed('# TYPE c counter\nc 1\n', { accept })).toContain('c 1');
});

test('times when counters and histograms began pass as samples in the text formats', async () => {
  const body =
    '# TYPE c counter\nc_total{a="1"} 1\nc_created{a="1"} 100\n# TYPE h histogram\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\nh_created 7\n# EOF\n';
  const lines = ['c_total{a="1"} 1', 'c_created{a="1"} 100', 'h_created 7'];
  for (const accept of [plainText, openMetrics])
    expect(await passed(body, { type: openMetrics, accept })).toEqual(expect.arrayContaining(lines));
});

test('a time of creation beyond all dates passes as a plain sample', async () => {
  const body = '# TYPE c counter\nc_total 1\nc_created 1e300\n# EOF\n';
  expect(await passed(body, { type: openMetrics })).toEqual([
    '# TYPE c_total counter',
    'c_total 1',
    '# TYPE c_created untyped',
    'c_created 1e+300',
  ]);
});

test('a backslash before a quote in the help of the text format is kept', async () => {
  const url = await serveApp('# HELP g say \\"hi\\" and \\\\\n# TYPE g gauge\ng 1\n');
  const adapter = await startAdapter(`prometheus: [{ name: app, url: '${url}' }]`);
  expect(await (await adapter.get('/metrics')).text()).toContain('# HELP g say \\\\"hi\\\\" and \\\\\n');
});

test('lines of the text format may begin with blanks', async () => {
  expect(await passed('  # TYPE g gauge\n\t g 1\n')).toEqual(['# TYPE g gauge', 'g 1']);
});

test.each([
  ['a count of +Inf', '# TYPE h histogram\nh_bucket{le="+Inf"} +Inf\nh_sum 1\nh_count +Inf\n', 'count'],
  ['a negative count', '# TYPE s summary\ns_sum 1\ns_count -1\n', 'count'],
  ['a timestamp of +Inf', 'g 1 +Inf\n', 'timestamp'],
  ['a timestamp of NaN', 'g 1 NaN\n', 'timestamp'],
  ['a timestamp of 1e300', 'g 1 1e300\n', 'timestamp'],
  ['a timestamp in microseconds', 'g 1 1700000000000000\n', 'timestamp'],
  ['a timestamp in nanoseconds', 'g 1 1700000000000000000\n', 'timestamp'],
  ['a value that no double holds', 'g 1e999\n', 'malformed_line'],
  ['a label twice', 'g{a="1",a="2"} 1\n', 'duplicate_label'],
  ['__name__ as a label', 'g{__name__="other"} 1\n', 'reserved_label'],
  [
    'a bound of -Inf',
    '# TYPE h histogram\nh_bucket{le="-Inf"} 0\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n',
    'bound',
  ],
  ['a bound that is no number', '# TYPE h histogram\nh_bucket{le="x"} 0\nh_sum 1\nh_count 1\n', 'bound'],
  [
    'falling buckets',
    '# TYPE h histogram\nh_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n',
    'falling_buckets',
  ],
  [
    'a bound twice',
    '# TYPE h histogram\nh_bucket{le="1"} 1\nh_bucket{le="1.0"} 1\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n',
    'duplicate',
  ],
  ['a quantile above 1', '# TYPE s summary\ns{quantile="2"} 1\ns_sum 1\ns_count 1\n', 'bound'],
])('%s is counted, and only its series is missing', async (_what, body, reason) => {
  expect(await refusals(`${body}fine 1\n`)).toEqual([reason]);
});

test('a sample that is no part of its histogram or summary is counted, and the others stay', async () => {
  const body =
    '# TYPE h histogram\nh 5\nh_bucket 7\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n# TYPE s summary\ns 5\ns_sum 1\ns_count 1\n';
  expect(await refusals(`${body}fine 1\n`)).toEqual(['bound']);
  const lines = ['h_bucket{le="+Inf"} 1', 'h_sum 1', 'h_count 1', 's_sum 1', 's_count 1'];
  expect((await passed(body)).filter((line) => !line.startsWith('#'))).toEqual(lines);
});

test('OpenMetrics samples with a timestamp of +Inf or in milliseconds are left out', async () => {
  const body = '# TYPE g gauge\ng{a="1"} 1 +Inf\ng{a="2"} 1 1700000000000\ng{a="3"} 1 1700000000.5\n# EOF\n';
  expect(await refusals(`fine 1\n${body}`, openMetrics)).toEqual(['timestamp']);
  expect(await passed(body, { type: openMetrics })).toEqual(['# TYPE g gauge', 'g{a="3"} 1 1700000000500']);
});

test('truncated OpenMetrics counts as not read', async () => {
  const url = await serveApp((_request, response) => {
    response.setHeader('content-type', openMetrics);
    response.end('# TYPE g gauge\ng 1 1700000000\n');
  });
  const adapter = await startAdapter(`prometheus: [{ name: app, url: '${url}' }]`);
  expect(await adapter.samples('g')).toEqual([]);
  expect(await adapter.samples('adapter_up')).toEqual(['adapter_up{source="app"} 0']);
});

test('the request accepts protobuf, UTF-8 names and OpenMetrics, and has a User-Agent', async () => {
  let asked: Record<string, unknown> = {};
  const url = await serveApp((request, response) => {
    asked = request.headers;
    response.end('g 1\n');
  });
  const adapter = await startAdapter(`prometheus: [{ name: app, url: '${url}' }]`);
  await adapter.get('/metrics');
  expect(asked).toMatchObject({ 'user-agent': expect.stringContaining('podkit-metrics-adapter/') });
  expect(asked['accept']).toMatch(/^application\/vnd\.google\.protobuf;.*escaping=allow-utf-8.*openmetrics-text/);
});

test.each(['ACCEPT', 'accept'])('a configured %s replaces the default', async (name) => {
  let asked = '';
  const url = await serveApp((request, response) => {
    asked = request.headersDistinct['accept']?.join('|') ?? '';
    response.end('g 1\n');
  });
  const adapter = await startAdapter(`prometheus: [{ name: app, url: '${url}', headers: { ${name}: text/plain } }]`);
  await adapter.get('/metrics');
  expect(asked).toBe('text/plain');
});
