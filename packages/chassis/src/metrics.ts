import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export type Metrics = { registry: Registry; http: HttpMetrics };

/** Notes one answered request; `seconds` is the time until the last byte was handed over. */
export type HttpMetrics = { observe(method: string, route: string, status: number, seconds: number): void };

const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** A registry of its own (no global one) with Node's process metrics, `build_info`, and the HTTP metrics. */
export function createMetrics({ service, version }: { service: string; version: string }): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const labelNames = ['service', 'version', 'node'];
  const build = new Gauge({ name: 'podkit_build_info', help: 'Always 1.', labelNames, registers: [registry] });
  build.set({ service, version, node: process.version }, 1);
  return { registry, http: httpMetrics(registry) };
}

function httpMetrics(registry: Registry): HttpMetrics {
  const labelNames = ['method', 'route', 'status'];
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the request to the end of its answer.',
    labelNames,
    buckets,
    registers: [registry],
  });
  const requests = new Counter({
    name: 'http_requests_total',
    help: 'Answered requests.',
    labelNames,
    registers: [registry],
  });
  return {
    observe(method, route, status, seconds) {
      const labels = { method: knownMethods.has(method) ? method : 'other', route, status: String(status) };
      durations.observe(labels, seconds);
      requests.inc(labels);
    },
  };
}
