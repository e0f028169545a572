import { matchesFilter, parseValue } from '../../store/json-query.ts';
import { textToKey } from '../../store/key.ts';
import { decodePosition, encodePosition, type QueryPosition } from '../../store/query-cursor.ts';
import type { QueryPage, StoreQuery } from '../../store/store.ts';
import { type QueryTarget, queryStatement, restStatement } from './query-sql.ts';
import { type Row, toEntry } from './statements.ts';
import type { Run } from './write.ts';

type Entries = QueryPage['entries'];

/** Values that are parsed here at a time. */
const restBatch = 50;

/**
 * A page of a query: first the values that PostgreSQL reads as jsonb, in the query's order; then JSON that it cannot read,
 * filtered here, in the order of the keys. So nothing that is JSON is left out.
 */
export async function queryPage(target: QueryTarget, query: StoreQuery, run: Run): Promise<QueryPage> {
  const { limit = Number.POSITIVE_INFINITY, cursor, sort } = query;
  const position = decodePosition(cursor, sort.length);
  const entries: Entries = [];
  if (position?.rest !== true) {
    const rows = await run<Row & { sorted: (string | null)[] }>(queryStatement(target, query, position));
    entries.push(...rows.map(withKey));
    const last = rows.at(-1);
    if (last !== undefined && rows.length >= limit)
      return { entries, cursor: encodePosition({ rest: false, key: last.key, sorted: last.sorted }) };
  }
  const rest = await readRest(
    target,
    query,
    position?.rest === true ? position : undefined,
    limit - entries.length,
    run,
  );
  entries.push(...rest.entries);
  if (rest.end === undefined) return { entries };
  return { entries, cursor: encodePosition({ rest: true, key: rest.end, sorted: sort.map(() => null) }) };
}

/** Up to `wanted` entries of the rest; `end` is the key of the last where there may be more. */
async function readRest(
  target: QueryTarget,
  { filter, prefix = '' }: StoreQuery,
  from: QueryPosition | undefined,
  wanted: number,
  run: Run,
): Promise<{ entries: Entries; end?: string }> {
  const entries: Entries = [];
  for (let position = from; ; ) {
    const rows = await run<Row>(restStatement(target, prefix, position, restBatch));
    for (const row of rows) {
      const json = parseValue(row.value);
      if (json !== undefined && (filter === undefined || matchesFilter(json, filter))) entries.push(withKey(row));
      if (entries.length === wanted) return { entries, end: row.key };
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < restBatch) return { entries };
    position = { rest: true, key: last.key, sorted: [] };
  }
}

const withKey = (row: Row): Entries[number] => ({ ...toEntry(row), key: textToKey(row.key) });
