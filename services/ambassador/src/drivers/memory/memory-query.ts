import { compareBy, fits } from '../../engine/json-query.ts';
import type { Entry, Key, QueryPage, StoreQuery } from '../../engine/store.ts';
import { badCursor } from '../../engine/store-error.ts';

type KeyedEntry = Entry & { key: Key };

/** Entries whose value is JSON and fits the query. The cursor is how many came before. */
export function queryEntries(entries: Iterable<KeyedEntry>, query: StoreQuery): QueryPage {
  const { filter, sort, limit, cursor = '0', prefix = '' } = query;
  if (!/^\d{1,15}$/.test(cursor)) throw badCursor();
  const found: { entry: KeyedEntry; json: unknown }[] = [];
  for (const entry of entries) {
    if (!entry.key.startsWith(prefix)) continue;
    const json = parsed(entry.value);
    if (json !== undefined && (filter === undefined || fits(json, filter))) found.push({ entry, json });
  }
  const order = compareBy(sort);
  found.sort((left, right) => order(left.json, right.json) || (left.entry.key < right.entry.key ? -1 : 1));
  const begin = Number(cursor);
  const end = limit === undefined ? found.length : begin + limit;
  const page = { entries: found.slice(begin, end).map(({ entry }) => entry) };
  return end < found.length ? { ...page, cursor: String(end) } : page;
}

function parsed(value: Buffer): unknown {
  try {
    return JSON.parse(value.toString()) as unknown;
  } catch {
    return undefined;
  }
}
