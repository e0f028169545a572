import { Histogram, type Registry } from 'prom-client';

/** Records one answered request; `seconds` is the time until the last byte was handed to the kernel. */
export type HttpMetrics = { observe(method: string, route: string, status: number, seconds: number): void };

/** Number and total time of the requests of one kind since the start. */
export type RequestCount = { route: string; method: string; status: number; count: number; secondsSum: number };

/** Also gives the counts that Prometheus reads, in the order of their first requests. */
export type RequestHistogram = HttpMetrics & { readCounts(): Promise<RequestCount[]> };

const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** The duration of each answered request by method, route template and status; their number is its `_count`. */
export function createHttpMetrics(registry: Registry): RequestHistogram {
  const name = 'http_request_duration_seconds';
  const durations = new Histogram({
    name,
    help: 'Time from the request to the end of its response.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  return {
    // Else a client could create series with invented methods.
    observe: (method, route, status, seconds) =>
      durations.observe({ method: knownMethods.has(method) ? method : 'other', route, status }, seconds),
    readCounts: async () => {
      const { values } = await durations.get();
      const sums = values.filter(({ metricName }) => metricName === `${name}_sum`);
      return values
        .filter(({ metricName }) => metricName === `${name}_count`)
        .map(({ labels: { route, method, status }, value }, index) => ({
          route: String(route),
          method: String(method),
          status: Number(status),
          count: value,
          secondsSum: sums[index]?.value ?? 0,
        }));
    },
  };
}
