import { type Usage, usageOf } from './processes.ts';
import { floors, rise } from './trend.ts';

/** What a process may gain while it is watched, by the line through its samples. */
const bounds = {
  /** MiB. A heap without a limit takes what it likes before it is collected: this shows a leak outside of it. */
  rss: 128,
  /** MiB of heap and buffers that are in use after a collection: a leak of objects shows here. */
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
  /** What grew by more than it may; empty where nothing did. */
  over: string;
};

/** Samples every two seconds what processes use. */
export class UsageWatch {
  readonly #pids: ReadonlyMap<string, number>;
  readonly #metricsUrls: ReadonlyMap<string, string>;
  readonly #samples = new Map<string, Sample[]>();
  readonly #timer: NodeJS.Timeout;
  readonly #began = performance.now();

  /** `metricsUrls` are those of the processes that tell their heap and their timers. */
  constructor(pids: ReadonlyMap<string, number>, metricsUrls: ReadonlyMap<string, string>) {
    this.#pids = pids;
    this.#metricsUrls = metricsUrls;
    this.#timer = setInterval(() => void this.#sample(), 2000);
  }

  /** Sample no more, and say how each process grew. */
  async stop(): Promise<Growth[]> {
    clearInterval(this.#timer);
    await this.#sample();
    const minutes = (performance.now() - this.#began) / 60_000;
    return [...this.#samples].map(([name, samples]) => describeGrowth(name, samples, minutes));
  }

  async #sample(): Promise<void> {
    const all = [...this.#pids].map(async ([name, pid]) => {
      const usage = usageOf(pid);
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
    // The adapter's own have a prefix; without labels they are not those that it passes on.
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
  // Two minutes have a full collection in them. Fewer than five of them show no trend.
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
  // What was not judged is not over its bound.
  const over = (Object.keys(bounds) as (keyof Amounts)[]).filter((what) => gained[what] > bounds[what]);
  return {
    name,
    last,
    rise: gained,
    cpuPerMinute: (last.cpuSeconds - first.cpuSeconds) / minutes,
    over: over.join(', '),
  };
}
