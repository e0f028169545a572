import { spawnSync } from 'node:child_process';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import type { Running } from './processes.ts';
import { moving, nativeHistogram, pulled } from './sources.ts';

export type Check = { what: string; measured: string; met: boolean };
type Sample = { metric: Record<string, string>; value: [number, string] };
/** `emitted` is how often each producer emitted. */
type Minute = { adapter: Running; prometheus: Running; seconds: number; emitted: number };

/** Check at the end what Prometheus has stored. */
export async function checks(minute: Minute): Promise<Check[]> {
  const [targets, sources, values, histograms, exemplars, sums, format] = await Promise.all([
    scrapes(minute),
    sourcesUp(minute),
    movement(minute),
    nativeBuckets(minute),
    exemplarsKept(minute),
    totals(minute),
    promtool(minute),
  ]);
  return [...targets, sources, ...values, ...histograms, exemplars, sums, format];
}

/** Wait for the first scrape. Prometheus spreads the first scrapes of its targets over the interval. */
export async function firstScrape(prometheus: Running): Promise<void> {
  await waitFor('the first scrape', async () => (await query({ prometheus }, 'up')).length > 0);
}

async function ask<Answer>(
  { prometheus }: Pick<Minute, 'prometheus'>,
  path: string,
  parameters: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${prometheus.url}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`);
  if (!response.ok) throw new Error(`Prometheus: ${response.status} ${await response.text()}`);
  return ((await response.json()) as { data: Answer }).data;
}

async function query(minute: Pick<Minute, 'prometheus'>, text: string): Promise<Sample[]> {
  return (await ask<{ result: Sample[] }>(minute, 'query', { query: text })).result;
}

const toNumber = (sample: Sample | undefined): number => Number(sample?.value[1]);

async function scrapes(minute: Minute): Promise<Check[]> {
  const range = `[${minute.seconds}s]`;
  const [up] = await query(minute, `min_over_time(up${range})`);
  const [count] = await query(minute, `count_over_time(up${range})`);
  const { activeTargets } = await ask<{ activeTargets: { health: string; lastError: string }[] }>(minute, 'targets');
  const said = activeTargets.map(({ health, lastError }) => `${health} ${lastError}`.trim()).join();
  const own = await (await fetch(`${minute.prometheus.url}/metrics`)).text();
  const refused = [
    ...own.matchAll(/^(prometheus_target_scrapes?_(?:sample_|exceeded_|.*failed)\w+(?:\{.*\})?) ([^0\s].*)$/gm),
  ];
  const complaints = minute.prometheus
    .output()
    .split('\n')
    .filter((line) => /level=(warn|error)/.test(line));
  return [
    {
      what: 'up',
      measured: `${toNumber(up)} in each of ${toNumber(count)} scrapes`,
      met: toNumber(up) === 1 && toNumber(count) >= minute.seconds * 0.9,
    },
    { what: 'the target, as Prometheus sees it', measured: said, met: said === 'up' },
    {
      what: 'samples that Prometheus refused',
      measured: refused.map(([line]) => line).join() || 'none',
      met: refused.length === 0,
    },
    { what: 'warnings of Prometheus', measured: complaints.join(' ') || 'none', met: complaints.length === 0 },
  ];
}

/** Words in the names of counters that must stay 0. */
const errorWords = 'error|fail|conflict|overflow|drops|dropped|malformed|rejected|too_long|unmapped';

async function sourcesUp(minute: Minute): Promise<Check> {
  const up = await query(minute, `min_over_time(adapter_up[${minute.seconds}s]) == 1`);
  const names = up.map(({ metric }) => metric['source'] ?? '').sort();
  const errors = await query(
    minute,
    [
      `{__name__=~"adapter_.*(${errorWords}).*_total"} > 0`,
      '{__name__="adapter_statsd_mapping_reloads_total",outcome="failure"} > 0',
      '{__name__="adapter_config_reloads_total",result="failure"} > 0',
    ].join(' or '),
  );
  const shown = errors.map(({ metric, value }) => `${JSON.stringify(metric)} ${value[1]}`);
  const met = names.join() === pulled.toSorted().join() && shown.length === 0;
  return {
    what: 'adapter_up',
    measured: `1 throughout for ${names.join(', ')}; errors: ${shown.join(', ') || 'none'}`,
    met,
  };
}

/** Check that each source has its series, and that each series changed in the second half. */
async function movement(minute: Minute): Promise<Check[]> {
  const half = `[${Math.ceil(minute.seconds / 2)}s:1s]`;
  return Promise.all(
    Object.entries(moving).map(async ([what, names]) => {
      const spreads = await Promise.all(
        names.map((name) => query(minute, `max_over_time((${name})${half}) - min_over_time((${name})${half})`)),
      );
      const smallest = spreads.map((found) => Math.min(...found.map(toNumber)));
      const measured = names.map((name, at) => `${name} moved by ${smallest[at]?.toFixed(1)}`).join(', ');
      return { what, measured, met: smallest.every((spread) => Number.isFinite(spread) && spread > 0) };
    }),
  );
}

/** Check the native histograms. The timings are 20 to 29 ms, and each bucket is a tenth wider than the one before. */
async function nativeBuckets(minute: Minute): Promise<Check[]> {
  return Promise.all(
    [nativeHistogram, 'shop_logfmt_seconds'].map(async (name) => {
      const [count] = await query(minute, `histogram_count(${name})`);
      const [median] = await query(minute, `histogram_quantile(0.5, ${name})`);
      const [low, high] = name === nativeHistogram ? [0.022, 0.027] : [0.4, 0.6];
      const met = toNumber(count) > minute.seconds && toNumber(median) > low && toNumber(median) < high;
      const measured = `${toNumber(count)} values, median ${toNumber(median).toFixed(4)} s (${low} to ${high})`;
      return { what: `native histogram ${name}`, measured, met };
    }),
  );
}

async function exemplarsKept(minute: Minute): Promise<Check> {
  const now = Date.now() / 1000;
  type Found = { seriesLabels: Record<string, string>; exemplars: { labels: Record<string, string> }[] };
  const found = await ask<Found[]>(minute, 'query_exemplars', {
    query: '{__name__=~"shop_open.*"}',
    start: String(now - minute.seconds),
    end: String(now),
  });
  const names = found.map(({ seriesLabels }) => seriesLabels['__name__'] ?? '').sort();
  const count = found.reduce((sum, { exemplars }) => sum + exemplars.length, 0);
  const met = names.join() === 'shop_open_requests_total,shop_open_seconds_bucket' && count > minute.seconds / 2;
  return { what: 'exemplars', measured: `${count}, of ${names.join(' and ')}`, met };
}

/** Check that everything emitted was counted, including the lines written around the rotation of the logs. */
async function totals({ adapter, emitted }: Minute): Promise<Check> {
  const expected = {
    shop_regex_lines_total: 1,
    shop_csvlog_seconds_total: 0.25,
    shop_tcp_total: 2,
    shop_unix_total: 3,
  };
  const counted = async () => {
    const text = await (await fetch(`${adapter.url}/metrics`)).text();
    return Object.entries(expected).map(([name, each]) => {
      const samples = text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (.*)$`, 'gm'));
      return [...samples].reduce((sum, [, value]) => sum + Number(value), 0) / each;
    });
  };
  const complete = async () => (await counted()).every((count) => count === emitted);
  await waitFor('all that was emitted', complete, { timeout: 5000 }).catch(() => undefined);
  const found = await counted();
  return {
    what: 'totals',
    measured: `${found.join(', ')} of ${emitted} emitted`,
    met: found.every((count) => count === emitted),
  };
}

async function promtool({ adapter }: Minute): Promise<Check> {
  const input = await (await fetch(`${adapter.url}/metrics`)).text();
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' });
  const said = `${stdout}${stderr}`.trim();
  return { what: 'promtool check metrics', measured: said || 'silent', met: status === 0 && said === '' };
}
