import type { Built } from '../store/built.ts';
import type { Key, Store } from '../store/store.ts';
import { StoreError } from '../store/store-error.ts';
import type { Rule, Write } from './rules.ts';

export type RouteEntry = { rule: Rule; built: Built };

/** The rules of one route store with the stores that they lead to. */
export class RouteTable {
  readonly entries: readonly RouteEntry[];

  constructor(entries: readonly RouteEntry[]) {
    this.entries = entries;
  }

  /** Each store once. */
  get stores(): Store[] {
    return [...new Set(this.entries.map(({ built }) => built.store))];
  }

  /**
   * Where the key can be, most wanted first: every rule that takes the key, up to the first that takes all values.
   * One entry in the common case that rules depend on keys only.
   */
  candidates(key: Key): RouteEntry[] {
    const found: RouteEntry[] = [];
    for (const entry of this.entries) {
      if (!entry.rule.takesKey(key)) continue;
      found.push(entry);
      if (entry.rule.takesWrite === undefined) break;
    }
    if (found.length > 0) return found;
    throw new StoreError('ERR_UNSUPPORTED', 'no rule takes this key');
  }

  /** Where this write goes. */
  target(key: Key, write: Write): RouteEntry {
    const found = this.candidates(key).find(({ rule }) => rule.takesWrite === undefined || rule.takesWrite(write));
    if (found !== undefined) return found;
    throw new StoreError('ERR_UNSUPPORTED', 'no rule takes this key with this value');
  }
}
