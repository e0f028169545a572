/** One Pod of the StatefulSet as the page shows it. */
export type Member = {
  ordinal: number;
  name: string;
  self: boolean;
  ready: boolean;
  starts?: number;
  firstStartAt?: number;
  startedAt?: number;
  keys?: number;
  detail?: string;
};

/** Asks for the members, at most every few seconds, and keeps the last answer. */
export class Members {
  readonly #list: () => Promise<Member[]>;
  readonly #interval: number;
  #known: Member[] = [];
  #asked = Number.NEGATIVE_INFINITY;
  #asking = false;

  constructor(list: () => Promise<Member[]>, { interval = 2000 }: { interval?: number } = {}) {
    this.#list = list;
    this.#interval = interval;
  }

  /** The last answer. Where it is old, the next one is asked for. */
  get known(): readonly Member[] {
    if (performance.now() - this.#asked >= this.#interval && !this.#asking) void this.ask();
    return this.#known;
  }

  /** Never throws: where the others can't be asked, the last answer stays. */
  async ask(): Promise<void> {
    this.#asking = true;
    try {
      this.#known = await this.#list();
    } catch {
      // The rest of the page does not depend on it.
    } finally {
      this.#asked = performance.now();
      this.#asking = false;
    }
  }
}
