import { copyText } from '../series/copy-text.ts';

/** Average bytes of a name with its tags, for which the size is meant. */
const usualBytes = 256;

/**
 * A cache of plans by head and tail of a sample, bounded in entries and bytes. It has two generations: a plan that is used
 * moves to the young one. When that is full, it becomes the old one, and the previous old one is dropped.
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
    if (tails === undefined) this.#young.set(copyText(head), new Map([[copyText(tail), plan]]));
    else tails.set(copyText(tail), plan);
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
