import { monitorEventLoopDelay } from 'node:perf_hooks';
import { cpuUsage, memoryUsage } from 'node:process';
import { getHeapStatistics } from 'node:v8';

/** The use of the process since the previous measurement: cores, resident bytes, heap bytes, milliseconds of delay. */
export type Usage = { cpu: number; memory: number; heap: number; loop: number };

const resolution = 20;

/** Measures the app's own process. */
export class UsageMeter {
  readonly #delay = monitorEventLoopDelay({ resolution });
  #cpu = cpuUsage();
  #at = performance.now();

  constructor() {
    this.#delay.enable();
  }

  /** The limit of the heap in bytes. It does not change. */
  get heapLimit(): number {
    return getHeapStatistics().heap_size_limit;
  }

  read(): Usage {
    const elapsed = performance.now() - this.#at;
    const used = cpuUsage(this.#cpu);
    this.#cpu = cpuUsage();
    this.#at = performance.now();
    // The histogram's values include the interval at which it measures.
    const loop = this.#delay.count === 0 ? 0 : Math.max(0, this.#delay.mean / 1e6 - resolution);
    this.#delay.reset();
    return {
      cpu: elapsed > 0 ? round((used.user + used.system) / 1000 / elapsed, 4) : 0,
      memory: memoryUsage.rss(),
      heap: getHeapStatistics().used_heap_size,
      loop: round(loop, 2),
    };
  }

  stop(): void {
    this.#delay.disable();
  }
}

export function round(value: number, digits: number): number {
  const factor = 10 ** digits;
  return Math.round(value * factor) / factor;
}
