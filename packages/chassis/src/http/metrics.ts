import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { createHttpMetrics, type RequestHistogram } from './http-metrics.ts';

export type Metrics = { registry: Registry; http: RequestHistogram };

/** Gauges of prom-client whose names end as counters' names must; their parts, without `_total`, stay. */
const misnamed = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/** A registry of its own (no global one) with Node's process metrics, `build_info`, and the HTTP metrics. */
export function createMetrics({ service, version }: { service: string; version: string }): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of misnamed) registry.removeSingleMetric(name);
  const labelNames = ['service', 'version', 'node'];
  const build = new Gauge({ name: 'podkit_build_info', help: 'Always 1.', labelNames, registers: [registry] });
  build.set({ service, version, node: process.version }, 1);
  return { registry, http: createHttpMetrics(registry) };
}
