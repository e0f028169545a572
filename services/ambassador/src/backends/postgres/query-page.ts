import { matchesFilter, parseValue } from '../../store/json-query.ts';
import { textToKey } from '../../store/key.ts';
import { decodePosition, encodePosition } from '../../store/query-cursor.ts';
import type { QueryPage, StoreQuery } from '../../store/store.ts';
import { type QueryTarget, queryStatement, restStatement } from './query-sql.ts';
import { type Row, rowToEntry } from './statements.ts';
import type { RunStatement } from './write.ts';

/** Values that are parsed here at a time. */
const restBatch = 50;

/**
 * A page of a query: first the values that PostgreSQL reads as jsonb, in the query's order; then JSON that it cannot read,
 * filtered here, in the order of the keys. So nothing that is JSON is left out.
 */
export async function queryPage(target: QueryTarget, query: StoreQuery, run: RunStatement): Promise<QueryPage> {
  const { filter, sort, limit, maxBytes } = query;
  const position = decodePosition(query.cursor, sort.length);
  const entries: QueryPage['entries'] = [];
  let bytes = 0;
  /** Add a row; true when the page is full. */
  const add = (row: Row): boolean => {
    entries.push({ ...rowToEntry(row), key: textToKey(row.key) });
    bytes += row.value.length;
    return entries.length >= limit || bytes >= maxBytes;
  };
  if (position?.rest !== true) {
    const rows = await run<Row & { sorted: (string | null)[] }>(queryStatement(target, query, position));
    for (const row of rows)
      if (add(row)) return { entries, cursor: encodePosition({ rest: false, key: row.key, sorted: row.sorted }) };
  }
  const noValues = sort.map(() => null);
  for await (const row of restRows(target, query, position?.rest === true ? position.key : undefined, run)) {
    const json = parseValue(row.value);
    if (json === undefined || (filter !== undefined && !matchesFilter(json, filter))) continue;
    if (add(row)) return { entries, cursor: encodePosition({ rest: true, key: row.key, sorted: noValues }) };
  }
  return { entries };
}

/** The rows that PostgreSQL cannot read as jsonb behind the key `from`, a batch at a time. */
async function* restRows(
  target: QueryTarget,
  { prefix = '', maxBytes }: StoreQuery,
  from: string | undefined,
  run: RunStatement,
): AsyncGenerator<Row> {
  for (let after = from; ; ) {
    const rows = await run<Row>(restStatement(target, { prefix, after, limit: restBatch, maxBytes }));
    yield* rows;
    const bytes = rows.reduce((sum, { value }) => sum + value.length, 0);
    if (rows.length < restBatch && bytes < maxBytes) return;
    after = rows.at(-1)?.key;
  }
}
