import { Histogram, type Registry } from 'prom-client';
import { RequestKinds } from './request-kinds.ts';

/** Notes one answered request; `seconds` is the time until the last byte was handed over. */
export type HttpMetrics = { observe(method: string, route: string, status: number, seconds: number): void };

type Labels = { method: string; route: string; status: string };
type Series = { labels: Labels; counts: number[]; sum: number; count: number };
type Value = { metricName: string; labels: Labels & { le?: number | string }; value: number };

const name = 'http_request_duration_seconds';
const help = 'Time from the request to the end of its answer.';
const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The duration of each answered request by method, route template and status; their number is its `_count`. */
export function createHttpMetrics(registry: Registry): HttpMetrics {
  const series = new RequestKinds(createSeries);
  registry.registerMetric(new RequestDurations(series));
  return {
    observe(method, route, status, seconds) {
      const known = knownMethods.has(method) ? method : 'other';
      const one = series.of(known, route, status);
      one.sum += seconds;
      one.count += 1;
      const bucket = buckets.findIndex((bound) => seconds <= bound);
      if (bucket !== -1) one.counts[bucket] = (one.counts[bucket] ?? 0) + 1;
    },
  };
}

/**
 * A histogram whose counts are plain arrays, handed to prom-client only when scraped: prom-client's own `observe`
 * hashes the labels anew each time, which a hot path feels.
 */
class RequestDurations extends Histogram {
  readonly #series: RequestKinds<Series>;

  constructor(series: RequestKinds<Series>) {
    super({
      name,
      help,
      labelNames: ['method', 'route', 'status'],
      registers: [],
    });
    this.#series = series;
  }

  /** What the registry calls to print a histogram, and what `get` calls too, though prom-client's types do not say so. */
  getForPromString() {
    return { name, help, type: 'histogram', aggregator: 'sum', values: this.#series.all().flatMap(valuesOf) };
  }
}

function createSeries(method: string, route: string, status: number): Series {
  return { labels: { method, route, status: String(status) }, counts: buckets.map(() => 0), sum: 0, count: 0 };
}

function valuesOf({ labels, counts, sum, count }: Series): Value[] {
  let below = 0;
  const values: Value[] = buckets.map((le, index) => {
    below += counts[index] ?? 0;
    return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: below };
  });
  values.push({ metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: count });
  values.push({ metricName: `${name}_sum`, labels, value: sum }, { metricName: `${name}_count`, labels, value: count });
  return values;
}
