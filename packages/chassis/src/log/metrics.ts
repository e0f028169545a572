import { Counter, Gauge, type Registry } from 'prom-client';
import type { LostLines } from './output.ts';

/** Add the metrics of the log lines that an output could not write. */
export function countLostLines(registry: Registry, lost: Readonly<LostLines>): void {
  const dropped = new Counter({
    name: 'podkit_log_lines_dropped_total',
    help: 'Log lines that were dropped because the log was not read.',
    registers: [],
    collect() {
      this.reset();
      this.inc(lost.dropped);
    },
  });
  const broken = new Gauge({
    name: 'podkit_log_output_broken',
    help: '1 once the reader of the log is gone: the service goes on and its log lines are lost.',
    registers: [],
    collect() {
      this.set(Number(lost.isBroken));
    },
  });
  for (const metric of [dropped, broken]) registry.registerMetric(metric);
}
