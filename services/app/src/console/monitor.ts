import type { RequestHistogram } from '@podkit/chassis/http/http-metrics';
import type { ProbeHistory } from '../health/probe-history.ts';
import { hour, Ring } from '../lifecycle/ring.ts';
import { Throttle } from '../throttle.ts';
import type { DownwardWatch } from './downward.ts';
import { type Flow, FlowMeter } from './flow-meter.ts';
import { countFlows } from './flows.ts';
import { SeriesHistory } from './series-history.ts';
import { listAdaptedSeries, type Sidecars } from './sidecars.ts';
import { type Usage, UsageMeter } from './usage.ts';

/**
 * One measurement: the use of the process, and its requests: per second, failed ones per second, mean milliseconds (null
 * without a request), in flight.
 */
export type Sample = Usage & { at: number; rate: number; errors: number; ms: number | null; inFlight: number };

export type MonitorSources = {
  sidecars: Sidecars;
  downward: DownwardWatch;
  requests: RequestHistogram;
  probes: ProbeHistory;
  inFlight: () => number;
  /** Whether a page of the console is open now. */
  isWatched: () => boolean;
};

const sampleInterval = 2000;
/** While no page is open, the other containers are asked with every fifth sample. */
const idleSamples = 5;
/** Minimum time between two requests to the same container, in milliseconds. */
const askInterval = 900;

/** Measures this process and asks the other containers at an interval, so that the console can show the last hour. */
export class Monitor {
  readonly #sources: MonitorSources;
  readonly #usage = new UsageMeter();
  readonly #meter = new FlowMeter();
  readonly #samples = new Ring<Sample>({ size: hour / sampleInterval, maxAge: hour });
  readonly #series = new SeriesHistory();
  readonly #timer: NodeJS.Timeout;
  readonly #throttle = new Throttle(askInterval, () => this.#ask());
  #flows: Record<string, Flow> = {};
  #count = 0;

  constructor(sources: MonitorSources) {
    this.#sources = sources;
    this.#timer = setInterval(() => void this.#sample(), sampleInterval);
    this.#timer.unref();
    void this.#sample();
  }

  get heapLimit(): number {
    return this.#usage.heapLimit;
  }

  get flows(): Record<string, Flow> {
    return this.#flows;
  }

  get samples(): Ring<Sample> {
    return this.#samples;
  }

  get series(): SeriesHistory {
    return this.#series;
  }

  /** Ask the other containers, unless they were asked within the last second. */
  async ask(): Promise<void> {
    await this.#throttle.run();
  }

  async #ask(): Promise<void> {
    const { sidecars, downward } = this.#sources;
    await Promise.all([sidecars.ask(), downward.ask()]);
    this.#series.record(listAdaptedSeries(sidecars.all), Date.now());
    await this.#measureFlows();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#usage.stop();
  }

  async #sample(): Promise<void> {
    const { isWatched, inFlight } = this.#sources;
    if (isWatched() || this.#count % idleSamples === 0) await this.ask();
    else await this.#measureFlows();
    this.#count += 1;
    const { rate = 0, errors = 0, ms } = this.#flows['clients>app'] ?? {};
    const usage = this.#usage.read();
    this.#samples.push({ at: Date.now(), ...usage, rate, errors, ms: ms ?? null, inFlight: inFlight() });
  }

  async #measureFlows(): Promise<void> {
    const { requests, probes, sidecars } = this.#sources;
    const counts = countFlows({
      requests: await requests.readCounts(),
      probes: probes.counts,
      sidecars: sidecars.all,
    });
    const flows: Record<string, Flow> = {};
    for (const [name, count] of Object.entries(counts)) {
      const flow = this.#meter.read(name, count, performance.now());
      if (flow !== undefined) flows[name] = flow;
    }
    this.#flows = flows;
  }
}
