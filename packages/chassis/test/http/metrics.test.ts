import { expect, test } from 'vitest';
import { createMetrics } from '../../src/http/metrics.ts';

test('says which build this is, and gives no gauge the name of a counter', async () => {
  const { registry } = createMetrics({ service: 'app', version: '1.2.3' });
  const text = await registry.metrics();
  expect(text).toContain(`podkit_build_info{service="app",version="1.2.3",node="${process.version}"} 1`);
  expect(text).not.toMatch(/^# TYPE \w+_total gauge/m);
});

test('counts a request into its bucket, sum and count, by the methods that are known', async () => {
  const { registry, http } = createMetrics({ service: 'app', version: '1.2.3' });
  http.observe('GET', '/a', 200, 0.004);
  http.observe('GET', '/a', 200, 20);
  for (const method of ['MKCOL', 'PURGE']) http.observe(method, '/a', 405, 0.1);
  expect(await http.readCounts()).toEqual([
    { route: '/a', method: 'GET', status: 200, count: 2, secondsSum: 20.004 },
    { route: '/a', method: 'other', status: 405, count: 2, secondsSum: 0.2 },
  ]);
  const text = await registry.metrics();
  expect(text).toContain('http_request_duration_seconds_bucket{le="0.005",method="GET",route="/a",status="200"} 1');
  expect(text).toContain('http_request_duration_seconds_bucket{le="+Inf",method="GET",route="/a",status="200"} 2');
  expect(text).toContain('http_request_duration_seconds_sum{method="GET",route="/a",status="200"} 20.004');
  expect(text).toContain('http_request_duration_seconds_count{method="other",route="/a",status="405"} 2');
});
