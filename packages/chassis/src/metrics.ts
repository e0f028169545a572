import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { createHttpMetrics, type HttpMetrics } from './http-metrics.ts';

export type Metrics = { registry: Registry; http: HttpMetrics };

/** A registry of its own (no global one) with Node's process metrics, `build_info`, and the HTTP metrics. */
export function createMetrics({ service, version }: { service: string; version: string }): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const labelNames = ['service', 'version', 'node'];
  const build = new Gauge({ name: 'podkit_build_info', help: 'Always 1.', labelNames, registers: [registry] });
  build.set({ service, version, node: process.version }, 1);
  return { registry, http: createHttpMetrics(registry) };
}
