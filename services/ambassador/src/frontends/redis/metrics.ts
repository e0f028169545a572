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
  const register = (name: string, help: string, value: () => number) =>
    registry.registerMetric(
      new Counter({
        name: `podkit_ambassador_redis_${name}_total`,
        help,
        registers: [],
        collect() {
          this.reset();
          this.inc(value());
        },
      }),
    );
  registry.registerMetric(
    new Counter({
      name: 'podkit_ambassador_redis_commands_total',
      help: 'Commands taken at the Redis endpoint.',
      labelNames: ['command'],
      registers: [],
      collect() {
        this.reset();
        for (const [index, command] of names.entries()) {
          const count = metrics.counts[index] ?? 0;
          if (count > 0) this.inc({ command }, count);
        }
      },
    }),
  );
  registry.registerMetric(
    new Gauge({
      name: 'podkit_ambassador_redis_clients',
      help: 'Clients connected to the Redis endpoint.',
      registers: [],
      collect() {
        this.set(clients());
      },
    }),
  );
  register('errors', 'Error replies the Redis endpoint gave itself.', () => metrics.errors);
  register('connections', 'Connections accepted.', () => metrics.connections);
  register('rejected_connections', 'Connections refused: too many clients.', () => metrics.rejected);
  return metrics;
}
