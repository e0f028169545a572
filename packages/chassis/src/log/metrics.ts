import { Counter, Gauge, type Registry } from 'prom-client';

/** The metrics of log lines that are lost. */
export const lostLines = (registry: Registry) => ({
  dropped: new Counter({
    name: 'podkit_log_lines_dropped_total',
    help: 'Log lines that were dropped because standard output was not read.',
    registers: [registry],
  }),
  broken: new Gauge({
    name: 'podkit_log_output_broken',
    help: '1 once the reader of standard output is gone: the service goes on and its log lines are lost.',
    registers: [registry],
  }),
});
