/** The time of a fault, from before it begins until everything is ready again. The named loads may fail in it. */
export type FaultWindow = { fault: string; loads: readonly string[]; from: number; to: number };

type Failure = { load: string; from: number; to: number; why: string };

/** Counts the requests of each load, and separates the failures that a fault explains from the others. */
export class Tally {
  readonly windows: FaultWindow[] = [];
  readonly requests = new Map<string, number>();
  readonly #failures: Failure[] = [];
  /** Torn pages. */
  readonly torn: string[] = [];

  /** Run one request of a load. Returns undefined if it failed. */
  async count<T>(load: string, request: () => Promise<T>): Promise<T | undefined> {
    const from = performance.now();
    this.requests.set(load, (this.requests.get(load) ?? 0) + 1);
    try {
      return await request();
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
      this.#failures.push({ load, from, to: performance.now(), why: `${String(error)}${cause}` });
      return undefined;
    }
  }

  /** Announce a fault, then run it and its recovery. `loads` may fail meanwhile. */
  async during(fault: string, loads: readonly string[], run: () => Promise<void>): Promise<void> {
    const window = { fault, loads, from: performance.now(), to: Number.POSITIVE_INFINITY };
    this.windows.push(window);
    await run();
    window.to = performance.now();
  }

  failures(): { announced: number; unannounced: Failure[] } {
    const unannounced = this.#failures.filter((failure) => !this.windows.some((window) => explains(window, failure)));
    return { announced: this.#failures.length - unannounced.length, unannounced };
  }
}

function explains({ loads, from, to }: FaultWindow, failure: Failure): boolean {
  return loads.includes(failure.load) && failure.to >= from && failure.from <= to;
}
