import { rise, type Usage, usageOf } from './processes.ts';

/** How much a process may gain, by the line through its samples. */
type Bound = { rssMb: number; descriptors: number; timers: number };

/**
 * A heap breathes, a leak does not stop. In the first minutes of a process its heap is still growing to the size that its
 * collections keep, so that a short run shows only what grows fast.
 */
const boundFor = (time: number): Bound => ({ rssMb: time >= 600_000 ? 24 : 128, descriptors: 8, timers: 8 });

export type Growth = {
  name: string;
  last: Usage;
  rise: Bound;
  cpuPerMinute: number;
  /** What grew by more than it may; empty where nothing did. */
  over: string;
};

/** Samples every two seconds what processes use. */
export class UsageWatch {
  readonly #pids: ReadonlyMap<string, number>;
  readonly #metricsUrls: ReadonlyMap<string, string>;
  readonly #bound: Bound;
  readonly #samples = new Map<string, Usage[]>();
  readonly #timer: NodeJS.Timeout;
  readonly #began = performance.now();

  /** `metricsUrls` are those of the processes that count their timers; `time` is how long they will be watched. */
  constructor(pids: ReadonlyMap<string, number>, metricsUrls: ReadonlyMap<string, string>, time: number) {
    this.#pids = pids;
    this.#metricsUrls = metricsUrls;
    this.#bound = boundFor(time);
    this.#timer = setInterval(() => void this.#sample(), 2000);
  }

  /** Sample no more, and say how each process grew. */
  async stop(): Promise<Growth[]> {
    clearInterval(this.#timer);
    await this.#sample();
    const minutes = (performance.now() - this.#began) / 60_000;
    return [...this.#samples].map(([name, samples]) => {
      const [first, last] = [samples[0], samples.at(-1)] as [Usage, Usage];
      const gained = {
        rssMb: rise(samples.map(({ rssMb }) => rssMb)),
        descriptors: rise(samples.map(({ descriptors }) => descriptors)),
        timers: rise(samples.flatMap(({ timers }) => timers ?? [])),
      };
      const over = (Object.keys(gained) as (keyof Bound)[]).filter((what) => gained[what] > this.#bound[what]);
      const cpuPerMinute = (last.cpuSeconds - first.cpuSeconds) / minutes;
      return { name, last, rise: gained, cpuPerMinute, over: over.join(', ') };
    });
  }

  async #sample(): Promise<void> {
    const all = [...this.#pids].map(async ([name, pid]) => {
      const usage = usageOf(pid);
      if (usage === undefined) return;
      const timers = await this.#timersOf(name);
      this.#samples.set(name, [...(this.#samples.get(name) ?? []), { ...usage, timers }]);
    });
    await Promise.all(all);
  }

  async #timersOf(name: string): Promise<number | undefined> {
    const url = this.#metricsUrls.get(name);
    if (url === undefined) return undefined;
    const text = await fetch(url, { signal: AbortSignal.timeout(10_000) }).then(
      (response) => response.text(),
      () => '',
    );
    if (text === '') return undefined;
    return Number(/^nodejs_active_resources\{.*type="Timeout".*\} (\d+)/m.exec(text)?.[1] ?? 0);
  }
}
