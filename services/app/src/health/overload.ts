import { monitorEventLoopDelay } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';

export type OverloadLimits = {
  /** Requests at once; 0: no limit. */
  maxInFlight: number;
  /** Milliseconds of mean event-loop delay over one sample; 0: no limit. */
  maxEventLoopDelay: number;
  /** Share of the heap limit; 0: no limit. */
  maxHeap: number;
};

export type OverloadState = {
  shedding: boolean;
  reasons: string[];
  inFlight: number;
  eventLoopDelayMs: number;
  heapUsedRatio: number;
  shedTotal: number;
};

const resolution = 10;
const samplePeriod = 500;

/** Says when the process has more to do than it can, so that it may refuse work instead of failing all of it. */
export class Overload {
  readonly #limits: OverloadLimits;
  readonly #delays: ReturnType<typeof monitorEventLoopDelay>;
  readonly #timer: NodeJS.Timeout;
  #inFlight = 0;
  #shed = 0;
  #delay = 0;
  #heap = 0;
  #pressed: string[] = [];
  #since: number | undefined;

  constructor(limits: OverloadLimits) {
    this.#limits = limits;
    this.#delays = monitorEventLoopDelay({ resolution });
    this.#delays.enable();
    this.#timer = setInterval(() => this.#sample(), samplePeriod);
    this.#timer.unref();
  }

  /** A request begins; false when it must be refused, and then it does not count. */
  admit(): boolean {
    const { maxInFlight } = this.#limits;
    if (this.#pressed.length > 0 || (maxInFlight > 0 && this.#inFlight >= maxInFlight)) {
      this.#shed += 1;
      return false;
    }
    this.#inFlight += 1;
    return true;
  }

  release(): void {
    this.#inFlight -= 1;
  }

  /** Milliseconds since when event loop or heap are over their limit without a pause; 0 when they are not. */
  get lastedMs(): number {
    return this.#since === undefined ? 0 : performance.now() - this.#since;
  }

  get state(): OverloadState {
    const { maxInFlight } = this.#limits;
    const full = maxInFlight > 0 && this.#inFlight >= maxInFlight;
    const reasons = full ? [...this.#pressed, `${maxInFlight} requests in flight`] : this.#pressed;
    return {
      shedding: reasons.length > 0,
      reasons,
      inFlight: this.#inFlight,
      eventLoopDelayMs: this.#delay,
      heapUsedRatio: this.#heap,
      shedTotal: this.#shed,
    };
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#delays.disable();
  }

  #sample(): void {
    // The histogram's values include the interval at which it looks.
    const mean = this.#delays.count === 0 ? 0 : this.#delays.mean / 1e6 - resolution;
    this.#delay = Math.round(Math.max(0, mean) * 10) / 10;
    this.#delays.reset();
    const heap = getHeapStatistics();
    this.#heap = Math.round((heap.used_heap_size / heap.heap_size_limit) * 1000) / 1000;
    const { maxEventLoopDelay, maxHeap } = this.#limits;
    this.#pressed = [
      ...(maxEventLoopDelay > 0 && this.#delay > maxEventLoopDelay ? [`event loop ${this.#delay} ms late`] : []),
      ...(maxHeap > 0 && this.#heap > maxHeap ? [`heap ${Math.round(this.#heap * 100)} % full`] : []),
    ];
    this.#since = this.#pressed.length === 0 ? undefined : (this.#since ?? performance.now());
  }
}
