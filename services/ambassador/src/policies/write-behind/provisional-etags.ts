import type { Condition, Key } from '../../store/store.ts';
import { mismatch } from '../../store/store-error.ts';

const maxRemembered = 10_000;

/** The etag of a write that waits. */
export const provisionalEtag = (sequence: number): string => `wb-${sequence}`;

/** The etags that were given for waiting writes, and what they became in the store: the last 10,000. */
export class ProvisionalEtags {
  readonly #became = new Map<string, string>();

  remember(sequence: number, theirs: string): void {
    this.#became.set(provisionalEtag(sequence), theirs);
    const [oldest] = this.#became.keys();
    if (this.#became.size > maxRemembered && oldest !== undefined) this.#became.delete(oldest);
  }

  /** A condition with an etag of ours, as the store behind knows it. */
  translate<C extends Condition>(key: Key, condition: C): C {
    if (condition.ifMatch === undefined || !condition.ifMatch.startsWith('wb-')) return condition;
    const etag = this.#became.get(condition.ifMatch);
    if (etag === undefined) throw mismatch(key);
    return { ...condition, ifMatch: etag };
  }
}
