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
  const prefix = 'podkit_ambassador_redis';
  const registers = [registry];
  const counter = (name: string, help: string, labelNames: string[], count: (counter: Counter) => void) =>
    new Counter({
      name: `${prefix}_${name}_total`,
      help,
      labelNames,
      registers,
      collect() {
        this.reset();
        count(this);
      },
    });
  counter('commands', 'Commands taken at the Redis endpoint.', ['command'], (commands) => {
    for (const [index, command] of names.entries()) {
      const count = metrics.counts[index] ?? 0;
      if (count > 0) commands.inc({ command }, count);
    }
  });
  const connected: Gauge = new Gauge({
    name: `${prefix}_clients`,
    help: 'Clients connected to the Redis endpoint.',
    registers,
    collect: () => connected.set(clients()),
  });
  counter('errors', 'Error replies the Redis endpoint gave itself.', [], (errors) => errors.inc(metrics.errors));
  counter('connections', 'Connections accepted.', [], (accepted) => accepted.inc(metrics.connections));
  counter('rejected_connections', 'Connections refused: too many clients.', [], (refused) =>
    refused.inc(metrics.rejected),
  );
  return metrics;
}
