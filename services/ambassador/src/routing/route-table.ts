import type { Built } from '../store/built.ts';
import type { Key, KeyPage, ListOptions, Store } from '../store/store.ts';
import { badCursor, StoreError } from '../store/store-error.ts';
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
    const found = this.places(key);
    if (found.length > 0) return found;
    throw new StoreError('ERR_UNSUPPORTED', 'no rule takes this key');
  }

  /** The same; none where no rule takes the key. */
  places(key: Key): RouteEntry[] {
    const found: RouteEntry[] = [];
    for (const entry of this.entries) {
      if (!entry.rule.takesKey(key)) continue;
      found.push(entry);
      if (entry.rule.takesWrite === undefined) break;
    }
    return found;
  }

  /** Where this write goes. */
  target(key: Key, write: Write): RouteEntry {
    const found = this.candidates(key).find(({ rule }) => rule.takesWrite === undefined || rule.takesWrite(write));
    if (found !== undefined) return found;
    throw new StoreError('ERR_UNSUPPORTED', 'no rule takes this key with this value');
  }
}

/**
 * The keys of all stores of a route, one store after the other. A key that the rules do not send to a store is left
 * out there. The cursor is `number of the store.cursor within it`.
 */
export async function listAll(table: RouteTable, { prefix, limit, cursor }: ListOptions): Promise<KeyPage> {
  const [, number = '0', inner = ''] = cursor === undefined ? [] : (/^(\d{1,4})\.(.*)$/s.exec(cursor) ?? []);
  const at = Number(number);
  const store = table.stores[at];
  if (store === undefined || (cursor !== undefined && !cursor.includes('.'))) throw badCursor();
  const page = await store.list({ limit, prefix, cursor: inner === '' ? undefined : inner });
  const keys = page.keys.filter((key) => table.places(key).some(({ built }) => built.store === store));
  if (page.cursor !== undefined) return { keys, cursor: `${at}.${page.cursor}` };
  return at + 1 < table.stores.length ? { keys, cursor: `${at + 1}.` } : { keys };
}
