import type { KeyPage, ListOptions } from '../store/store.ts';
import { badCursor } from '../store/store-error.ts';
import type { RouteTable } from './route-table.ts';

/**
 * The keys of all stores of a route, one store after the other. A key that the rules do not send to a store is left
 * out there. The cursor is `number of the store.cursor within it`.
 */
export async function listAll(table: RouteTable, { prefix, limit, cursor }: ListOptions): Promise<KeyPage> {
  const [, number = '0', inner = ''] = cursor === undefined ? [] : (/^(\d{1,4})\.(.*)$/s.exec(cursor) ?? []);
  const at = Number(number);
  const store = table.stores[at];
  if (store === undefined || (cursor !== undefined && !cursor.includes('.'))) throw badCursor();
  const page = await store.list({
    limit,
    ...(prefix === undefined ? {} : { prefix }),
    ...(inner === '' ? {} : { cursor: inner }),
  });
  const keys = page.keys.filter((key) => {
    const rules = table.entries.filter(({ rule }) => rule.takesKey(key));
    const end = rules.findIndex(({ rule }) => rule.takesWrite === undefined);
    return rules.slice(0, end === -1 ? rules.length : end + 1).some(({ built }) => built.store === store);
  });
  if (page.cursor !== undefined) return { keys, cursor: `${at}.${page.cursor}` };
  return at + 1 < table.stores.length ? { keys, cursor: `${at + 1}.` } : { keys };
}
