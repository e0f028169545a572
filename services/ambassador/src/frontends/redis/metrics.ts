import { Counter, Gauge, type Registry } from 'prom-client';

/** Plain counters for the hot path; they become metrics at each scrape. */
export type RespMetrics = {
  /** Commands served, by their index. */
  counts: number[];
  /** Error replies that the endpoint itself gave. */
  errors: number;
  connections: number;
  rejected: number;
};

/** Register the endpoint's metrics; `names` are the commands by index. */
export function respMetrics(registry: Registry, names: readonly string[], clients: () => number): RespMetrics {
  const metrics: RespMetrics = { counts: names.map(() => 0), errors: 0, connections: 0, rejected: 0 };
  const registers: Registry[] = [];
  const counter = (name: string, help: string, value: () => number) => {
    const collect = function (this: Counter) {
      this.reset();
      this.inc(value());
    };
    registry.registerMetric(new Counter({ name, help, registers, collect }));
  };
  const commands = new Counter({
    name: 'ambassador_redis_commands_total',
    help: 'Commands taken at the Redis endpoint.',
    labelNames: ['command'],
    registers,
    collect() {
      this.reset();
      for (const [index, command] of names.entries()) {
        const count = metrics.counts[index] ?? 0;
        if (count > 0) this.inc({ command }, count);
      }
    },
  });
  const connected = new Gauge({
    name: 'ambassador_redis_clients',
    help: 'Clients connected to the Redis endpoint.',
    registers,
    collect() {
      this.set(clients());
    },
  });
  registry.registerMetric(commands);
  registry.registerMetric(connected);
  counter('ambassador_redis_errors_total', 'Error replies the Redis endpoint gave itself.', () => metrics.errors);
  counter('ambassador_redis_connections_total', 'Connections accepted.', () => metrics.connections);
  counter(
    'ambassador_redis_rejected_connections_total',
    'Connections refused: too many clients.',
    () => metrics.rejected,
  );
  return metrics;
}
