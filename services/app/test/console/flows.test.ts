import { expect, test } from 'vitest';
import { FlowMeter } from '../../src/console/flow-meter.ts';
import { countFlows, listStores } from '../../src/console/flows.ts';
import { readPrometheusText } from '../../src/console/prometheus-text.ts';
import type { Sidecar, SidecarName } from '../../src/console/sidecars.ts';

const sidecar = (name: SidecarName, metrics: string): Sidecar => ({
  name,
  state: 'ready',
  since: 0,
  milliseconds: 1,
  detail: '',
  series: readPrometheusText(metrics, 100),
});

const ambassador = sidecar(
  'ambassador',
  [
    'http_request_duration_seconds_sum{route="/v1.0/state/:store/:key",status="200"} 2',
    'http_request_duration_seconds_count{route="/v1.0/state/:store/:key",status="200"} 10',
    'http_request_duration_seconds_count{route="/v1.0/state/:store/:key",status="503"} 1',
    'http_request_duration_seconds_count{route="/v1.0/healthz",status="204"} 99',
    'podkit_ambassador_operation_duration_seconds_sum{store="notes",operation="get"} 0.5',
    'podkit_ambassador_operation_duration_seconds_count{store="notes",operation="get"} 5',
    'podkit_ambassador_store_up{store="notes",required="true"} 1',
    'podkit_ambassador_store_up{store="cache",required="false"} 0',
  ].join('\n'),
);

test('the connections of the diagram are counted by the counters of each service, without probes', () => {
  const requests = [
    { route: '/', method: 'GET', status: 200, count: 8, secondsSum: 0.4 },
    { route: '/', method: 'GET', status: 503, count: 2, secondsSum: 0.1 },
  ];
  const probes = { livez: { ok: 3, failed: 1, milliseconds: 8 } };
  const counts = countFlows({ requests, probes, sidecars: [ambassador] });
  expect(counts['clients>app']).toEqual({ calls: 10, errors: 2, seconds: 0.5 });
  expect(counts['kubelet>app']).toEqual({ calls: 4, errors: 1, seconds: 0.008 });
  expect(counts['app>ambassador']).toEqual({ calls: 11, errors: 1, seconds: 2 });
  expect(counts['ambassador>store:notes']).toEqual({ calls: 5, errors: 0, seconds: 0.5 });
});

test('the stores are those that the ambassador names', () => {
  expect(listStores([ambassador])).toEqual([
    { name: 'cache', up: false },
    { name: 'notes', up: true },
  ]);
});

test('a rate is taken over the last 10 s', () => {
  const meter = new FlowMeter();
  expect(meter.read('a', { calls: 0, errors: 0, seconds: 0 }, 0)).toBeUndefined();
  expect(meter.read('a', { calls: 100, errors: 0, seconds: 1 }, 5000)).toEqual({ rate: 20, errors: 0, ms: 10 });
  const later = meter.read('a', { calls: 110, errors: 5, seconds: 2 }, 15_000);
  expect(later).toEqual({ rate: 1, errors: 0.5, ms: 100 });
});

test('a counter that was reset gives no negative rate', () => {
  const meter = new FlowMeter();
  meter.read('a', { calls: 100, errors: 0, seconds: 1 }, 0);
  expect(meter.read('a', { calls: 1, errors: 0, seconds: 1 }, 1000)).toBeUndefined();
  expect(meter.read('a', { calls: 3, errors: 0, seconds: 1 }, 2000)).toEqual({ rate: 2, errors: 0, ms: undefined });
});
