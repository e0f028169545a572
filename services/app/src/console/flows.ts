import type { RequestCount } from '@podkit/chassis/http/http-metrics';
import type { ProbeCount } from '../health/probe-history.ts';
import type { FlowCount } from './flow-meter.ts';
import type { Series } from './prometheus-text.ts';
import type { Sidecar, SidecarName } from './sidecars.ts';

/** Counters of each connection in the diagram, by its name: `clients>app`, `ambassador>store:notes`. */
export type FlowCounts = Record<string, FlowCount>;

export type FlowSources = {
  requests: readonly RequestCount[];
  probes: Record<string, ProbeCount>;
  sidecars: readonly Sidecar[];
};

/** The current counters; zero for a sidecar without known metrics. */
export function countFlows({ requests, probes, sidecars }: FlowSources): FlowCounts {
  const series = (name: SidecarName) => sidecars.find((sidecar) => sidecar.name === name)?.series ?? [];
  return {
    'clients>app': sum(
      requests.map(({ count, status, secondsSum }) => ({
        calls: count,
        errors: status >= 500 ? count : 0,
        seconds: secondsSum,
      })),
    ),
    'kubelet>app': sum(
      Object.values(probes).map(({ ok, failed, milliseconds }) => ({
        calls: ok + failed,
        errors: failed,
        seconds: milliseconds / 1000,
      })),
    ),
    'app>ambassador': countRequests(
      series('ambassador'),
      (route) => route.startsWith('/v1.0') && !/health/.test(route),
    ),
    ...countStores(series('ambassador')),
    'remote>git-sync': countPasses(series('git-sync')),
    'app>metrics-adapter': countPackets(series('metrics-adapter')),
    'prometheus>metrics-adapter': countRequests(series('metrics-adapter'), (route) => route === '/metrics'),
    'app>downward-reader': countRequests(series('downward-reader'), (route) => !/z$|^\/metrics/.test(route)),
  };
}

/** The ambassador's stores, and whether each is up. */
export function listStores(sidecars: readonly Sidecar[]): { name: string; up: boolean }[] {
  const series = sidecars.find(({ name }) => name === 'ambassador')?.series ?? [];
  return series
    .filter(({ name }) => name.endsWith('ambassador_store_up'))
    .map(({ labels, value }) => ({ name: labels.store ?? '', up: value === 1 }))
    .toSorted((a, b) => a.name.localeCompare(b.name));
}

function countStores(series: readonly Series[]): FlowCounts {
  const flows: FlowCounts = {};
  for (const { name, labels, value } of series) {
    if (labels.store === undefined) continue;
    const flow = (flows[`ambassador>store:${labels.store}`] ??= { calls: 0, errors: 0, seconds: 0 });
    if (name.endsWith('operation_duration_seconds_count')) flow.calls += value;
    else if (name.endsWith('operation_duration_seconds_sum')) flow.seconds += value;
    else if (/errors?_total$/.test(name)) flow.errors += value;
  }
  return flows;
}

function countPasses(series: readonly Series[]): FlowCount {
  const flow = { calls: 0, errors: 0, seconds: 0 };
  for (const { name, labels, value } of series) {
    if (name === 'git_sync_count_total') flow.calls += value;
    if (name === 'git_sync_count_total' && labels.status === 'error') flow.errors += value;
    if (name === 'git_sync_duration_seconds_sum') flow.seconds += value;
  }
  return flow;
}

function countPackets(series: readonly Series[]): FlowCount {
  const flow = { calls: 0, errors: 0, seconds: 0 };
  for (const { name, value } of series) {
    if (name.endsWith('statsd_packets_total')) flow.calls += value;
    if (/statsd_(tag_errors|too_long_lines)_total$|malformed_total$/.test(name)) flow.errors += value;
  }
  return flow;
}

/** Requests that a service answered, from the histogram of its HTTP server. */
function countRequests(series: readonly Series[], matches: (route: string) => boolean): FlowCount {
  const flow = { calls: 0, errors: 0, seconds: 0 };
  for (const { name, labels, value } of series) {
    if (!matches(labels.route ?? '')) continue;
    if (name.endsWith('http_request_duration_seconds_sum')) flow.seconds += value;
    if (!name.endsWith('http_request_duration_seconds_count')) continue;
    flow.calls += value;
    if (Number(labels.status) >= 500) flow.errors += value;
  }
  return flow;
}

function sum(counts: readonly FlowCount[]): FlowCount {
  const total = { calls: 0, errors: 0, seconds: 0 };
  for (const { calls, errors, seconds } of counts) {
    total.calls += calls;
    total.errors += errors;
    total.seconds += seconds;
  }
  return total;
}
