import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Around } from '../store/intercept.ts';
import { asStoreError } from '../store/store-error.ts';

const prefix = 'podkit_ambassador';
/** The states of a circuit breaker; its metric is their place in this list. */
const breakerStates = ['closed', 'half-open', 'open'] as const;

export type BreakerState = (typeof breakerStates)[number];

/** What the stores and their policies count. Labels are names of the file and of operations, never keys. */
export class StoreMetrics {
  readonly #registry: Registry;
  readonly #durations: Histogram;
  readonly #errors: Counter;
  readonly #events: Counter;
  readonly #nearReads = new Map<string, Map<string, number>>();
  readonly #breakers: Gauge;
  readonly #gauges = new Map<string, Map<string, () => number>>();

  constructor(registry: Registry) {
    const registers = [registry];
    const counter = (name: string, help: string, ...labels: string[]) =>
      new Counter({ name: `${prefix}_${name}`, help, labelNames: ['store', ...labels], registers });
    this.#registry = registry;
    this.#durations = new Histogram({
      name: `${prefix}_operation_duration_seconds`,
      help: 'Time of each operation on a store, policies included.',
      labelNames: ['store', 'operation'],
      buckets: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
      registers,
    });
    this.#errors = counter('operation_errors_total', 'Operations that failed, by code.', 'operation', 'code');
    this.#events = counter('policy_events_total', 'What policies did: retry, failover, mirror_copied, …', 'event');
    const near = new Counter({
      name: `${prefix}_near_reads_total`,
      help: 'Reads of the near cache, by result: hit, negative, miss, coalesced, stale, stale-if-error or bypass.',
      labelNames: ['store', 'result'],
      registers,
      collect: () => {
        near.reset();
        for (const [store, counts] of this.#nearReads)
          for (const [result, count] of counts) near.inc({ store, result }, count);
      },
    });
    this.#breakers = new Gauge({
      name: `${prefix}_breaker_state`,
      help: 'State of a circuit breaker: 0 closed, 1 half-open, 2 open.',
      labelNames: ['store'],
      registers,
    });
  }

  event(store: string, event: string): void {
    this.#events.inc({ store, event });
  }

  /** Counts the reads of a near cache. A scrape adds them to the metric: to find its labels takes longer than a hit. */
  near(store: string): (result: string) => void {
    const counts = this.#nearReads.get(store) ?? new Map<string, number>();
    this.#nearReads.set(store, counts);
    return (result) => void counts.set(result, (counts.get(result) ?? 0) + 1);
  }

  breaker(store: string): (state: BreakerState) => void {
    this.#breakers.set({ store }, 0);
    return (state) => this.#breakers.set({ store }, breakerStates.indexOf(state));
  }

  /** A value that is read at each scrape; a later one for the same store replaces it. */
  gauge(store: string, name: string, help: string, read: () => number): void {
    const known = this.#gauges.get(name);
    if (known !== undefined) return void known.set(store, read);
    const readers = new Map([[store, read]]);
    this.#gauges.set(name, readers);
    const gauge = new Gauge({
      name: `${prefix}_${name}`,
      help,
      labelNames: ['store'],
      registers: [this.#registry],
      collect: () => {
        for (const [label, value] of readers) gauge.set({ store: label }, value());
      },
    });
  }

  /** Times the operations of a store and counts their failures. */
  measure(name: string): Around {
    return async (operation, run) => {
      const labels = { store: name, operation: operation.name };
      const began = performance.now();
      try {
        return await run();
      } catch (error) {
        this.#errors.inc({ ...labels, code: asStoreError(error).code });
        throw error;
      } finally {
        this.#durations.observe(labels, (performance.now() - began) / 1000);
      }
    };
  }
}
