/** Bytes of a name with its tags on average, that the size allows for. */
const usualBytes = 256;

/**
 * A memory, bounded in names and in bytes, of what a sample's head and tail lead to. Two generations stand in for a list of last uses: what
 * is asked for moves to the young one, and when that is full the old one, untouched for a while, is forgotten.
 */
export class PlanCache<Plan> {
  readonly #size: number;
  #young = new Map<string, Map<string, Plan>>();
  #old = new Map<string, Map<string, Plan>>();
  #youngSize = 0;
  #youngBytes = 0;

  constructor(size: number) {
    this.#size = size;
  }

  get(head: string, tail: string): Plan | undefined {
    const plan = this.#young.get(head)?.get(tail);
    if (plan !== undefined) return plan;
    const older = this.#old.get(head)?.get(tail);
    if (older !== undefined) this.set(head, tail, older);
    return older;
  }

  set(head: string, tail: string, plan: Plan): void {
    if (this.#youngSize >= this.#size || this.#youngBytes >= this.#size * usualBytes) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#youngSize = 0;
      this.#youngBytes = 0;
    }
    const tails = this.#young.get(head);
    if (tails === undefined) this.#young.set(copy(head), new Map([[copy(tail), plan]]));
    else tails.set(copy(tail), plan);
    this.#youngSize += 1;
    this.#youngBytes += head.length + tail.length;
  }

  clear(): void {
    this.#young = new Map();
    this.#old = new Map();
    this.#youngSize = 0;
    this.#youngBytes = 0;
  }
}

/** A part of a text keeps the whole text in memory, here a packet of up to 64 KiB; a copy doesn't. */
const copy = (latin1: string) => Buffer.from(latin1, 'latin1').toString('latin1');
