import type { Member } from '../pods/pod-facts.ts';

/** Milliseconds until the members are asked again. */
const refreshInterval = 2000;

/** Asks for the members, at most every few seconds, and keeps the last response. */
export class KnownMembers {
  readonly #list: () => Promise<Member[]>;
  #known: Member[] = [];
  #asked = Number.NEGATIVE_INFINITY;
  #asking = false;

  constructor(list: () => Promise<Member[]>) {
    this.#list = list;
  }

  /** The last response. If it is old, the members are asked again. */
  get known(): readonly Member[] {
    if (performance.now() - this.#asked >= refreshInterval && !this.#asking) void this.ask();
    return this.#known;
  }

  /** Never throws: if it fails, the last response stays. */
  async ask(): Promise<void> {
    this.#asking = true;
    try {
      this.#known = await this.#list();
    } catch {
      // The rest of the page does not need the members.
    } finally {
      this.#asked = performance.now();
      this.#asking = false;
    }
  }
}
