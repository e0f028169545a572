import { setImmediate } from 'node:timers/promises';
import { compareBy, matchesFilter, parseValue, sortValues } from '../../store/json-query.ts';
import { decodePosition, encodePosition } from '../../store/query-cursor.ts';
import type { Entry, Key, QueryPage, StoreQuery } from '../../store/store.ts';

type KeyedEntry = Entry & { key: Key };
type Found = { entry: KeyedEntry; key: Key; sorted: readonly unknown[] };

/** Bytes of values that are parsed in one turn of the event loop. */
const turnBytes = 1024 * 1024;
/** What an entry costs besides its value, in such bytes. */
const entryCost = 256;

/**
 * One page of the entries whose value is JSON and matches the query. It holds at most twice the entries of a page. Other
 * work goes on between turns of the event loop, so an entry may have changed since it was read.
 */
export async function queryEntries(entries: Iterable<KeyedEntry>, query: StoreQuery): Promise<QueryPage> {
  const { filter, sort, limit, maxBytes, cursor, prefix = '' } = query;
  const position = decodePosition(cursor, sort.length);
  const compareSorted = compareBy(sort);
  const compare = (left: Omit<Found, 'entry'>, right: Omit<Found, 'entry'>): number =>
    compareSorted(left.sorted, right.sorted) || (left.key < right.key ? -1 : left.key > right.key ? 1 : 0);
  const after = position && { key: position.key, sorted: position.sorted.map(parseSorted) };
  const found: Found[] = [];
  /** Keep what may be on the page, and one more, which shows that another page follows. */
  const keepFirst = () => {
    found.sort(compare);
    found.splice(limit + 1);
  };
  let work = 0;
  for (const entry of entries) {
    work += entry.value.length + entryCost;
    if (work > turnBytes) {
      work = 0;
      await setImmediate();
    }
    if (!entry.key.startsWith(prefix)) continue;
    const json = parseValue(entry.value);
    if (json === undefined || (filter !== undefined && !matchesFilter(json, filter))) continue;
    const item = { entry, key: entry.key, sorted: sortValues(json, sort) };
    if (after === undefined || compare(item, after) > 0) found.push(item);
    if (found.length > 2 * limit) keepFirst();
  }
  keepFirst();
  let bytes = 0;
  const full = found.findIndex(({ entry }) => (bytes += entry.value.length) >= maxBytes);
  const page = found.slice(0, full === -1 ? limit : Math.min(limit, full + 1));
  const result = { entries: page.map(({ entry }) => entry) };
  const last = page.at(-1);
  if (last === undefined || page.length === found.length) return result;
  const sorted = last.sorted.map((value) => (value === undefined ? null : JSON.stringify(value)));
  return { ...result, cursor: encodePosition({ rest: false, key: last.key, sorted }) };
}

const parseSorted = (text: string | null): unknown => (text === null ? undefined : JSON.parse(text));
