import { readUsage, type Usage } from './processes.ts';
import { floors, rise } from './trend.ts';

/** How much a process may grow while it is watched: the rise of the trend line through its samples. */
const bounds = {
  /** MiB. V8 lets a heap without a limit grow before it collects, so this bound only finds leaks outside the heap. */
  rss: 128,
  /** MiB of heap and buffers in use after a collection. A leak of objects shows here. */
  heap: 24,
  descriptors: 8,
  timers: 8,
};

type Amounts = Record<keyof typeof bounds, number>;
type Inside = { heap: number; timers: number };
type Sample = Usage & Partial<Inside>;

export type Growth = {
  name: string;
  last: Sample;
  rise: Amounts;
  cpuPerMinute: number;
  /** The amounts that grew beyond their bounds, separated by commas. */
  over: string;
};

/** Samples the usage of processes every two seconds. */
export class UsageWatch {
  readonly #pids: ReadonlyMap<string, number>;
  readonly #metricsUrls: ReadonlyMap<string, string>;
  readonly #samples = new Map<string, Sample[]>();
  readonly #timer: NodeJS.Timeout;
  readonly #began = performance.now();

  /** `metricsUrls` has the processes that expose their heap and timers as metrics. */
  constructor(pids: ReadonlyMap<string, number>, metricsUrls: ReadonlyMap<string, string>) {
    this.#pids = pids;
    this.#metricsUrls = metricsUrls;
    this.#timer = setInterval(() => void this.#sample(), 2000);
  }

  /** Stop sampling, and return how each process grew. */
  async stop(): Promise<Growth[]> {
    clearInterval(this.#timer);
    await this.#sample();
    const minutes = (performance.now() - this.#began) / 60_000;
    return [...this.#samples].map(([name, samples]) => describeGrowth(name, samples, minutes));
  }

  async #sample(): Promise<void> {
    const all = [...this.#pids].map(async ([name, pid]) => {
      const usage = readUsage(pid);
      if (usage === undefined) return;
      const inside = await this.#readMetrics(name);
      this.#samples.set(name, [...(this.#samples.get(name) ?? []), { ...usage, ...inside }]);
    });
    await Promise.all(all);
  }

  async #readMetrics(name: string): Promise<Inside | undefined> {
    const url = this.#metricsUrls.get(name);
    if (url === undefined) return undefined;
    const text = await fetch(url, { signal: AbortSignal.timeout(10_000) }).then(
      (response) => response.text(),
      () => '',
    );
    if (text === '') return undefined;
    // The adapter prefixes its own metrics. The metrics that it passes on have labels, so the pattern skips them.
    const read = (metric: string) =>
      Number(new RegExp(`^(?:adapter_)?nodejs_${metric} (\\S+)`, 'm').exec(text)?.[1] ?? 0);
    return {
      heap: (read('heap_size_used_bytes') + read('external_memory_bytes')) / 2 ** 20,
      timers: read('active_resources\\{type="Timeout"\\}'),
    };
  }
}

function describeGrowth(name: string, samples: readonly Sample[], minutes: number): Growth {
  const [first, last] = [samples[0], samples.at(-1)] as [Sample, Sample];
  // 60 samples take two minutes, in which V8 runs a full collection. Fewer than five such windows show no trend.
  const floor = floors(
    samples.flatMap(({ heap }) => heap ?? []),
    60,
  );
  const gained: Amounts = {
    rss: rise(samples.map(({ rssMb }) => rssMb)),
    heap: floor.length < 5 ? Number.NaN : rise(floor),
    descriptors: rise(samples.map(({ descriptors }) => descriptors)),
    timers: rise(samples.flatMap(({ timers }) => timers ?? [])),
  };
  // NaN means not judged, and is never over its bound.
  const over = (Object.keys(bounds) as (keyof Amounts)[]).filter((what) => gained[what] > bounds[what]);
  return {
    name,
    last,
    rise: gained,
    cpuPerMinute: (last.cpuSeconds - first.cpuSeconds) / minutes,
    over: over.join(', '),
  };
}
