import type { QueryFilter, StoreQuery } from '../../engine/store.ts';
import { badCursor } from '../../engine/store-error.ts';
import { entryColumns, type Statement } from './statements.ts';

const operators = { GT: '>', GTE: '>=', LT: '<', LTE: '<=' } as const;

/** A Dapr state query as SQL over JSON values; values that are no JSON fit nothing. The cursor is an offset. */
export function queryStatement(table: string, toJson: string, query: StoreQuery): Statement {
  const { filter, sort, limit, cursor = '0', prefix = '' } = query;
  if (!/^\d{1,15}$/.test(cursor)) throw badCursor();
  const values: unknown[] = [];
  const parameter = (value: unknown, type: string): string => {
    values.push(value);
    return `$${values.length}::${type}`;
  };
  const at = (path: readonly string[]) => `(json #> ${parameter([...path], 'text[]')})`;
  const where = filter === undefined ? 'true' : condition(filter, at, parameter);
  const order = sort.map(({ path, descending }) => `${at(path)} ${descending ? 'DESC NULLS LAST' : 'ASC NULLS FIRST'}`);
  const paging = limit === undefined ? '' : ` LIMIT ${parameter(limit, 'bigint')}`;
  return {
    text: `SELECT t.key, ${entryColumns} FROM (SELECT *, ${toJson}(value) AS json FROM ${table}) t
      WHERE json IS NOT NULL AND starts_with(t.key, ${parameter(prefix, 'text')})
      AND (t.expires_at IS NULL OR t.expires_at >= now()) AND ${where}
      ORDER BY ${[...order, 't.key'].join(', ')}${paging} OFFSET ${parameter(cursor, 'bigint')}`,
    values,
  };
}

type Parameter = (value: unknown, type: string) => string;

function condition(filter: QueryFilter, at: (path: readonly string[]) => string, parameter: Parameter): string {
  if ('filters' in filter) {
    const parts = filter.filters.map((inner) => condition(inner, at, parameter));
    return parts.length === 0 ? String(filter.op === 'AND') : `(${parts.join(` ${filter.op} `)})`;
  }
  const json = (value: unknown) => parameter(JSON.stringify(value), 'jsonb');
  if ('values' in filter) {
    const options = filter.values.map((value) => `${at(filter.path)} = ${json(value)}`);
    return options.length === 0 ? 'false' : `(${options.join(' OR ')})`;
  }
  if (filter.op === 'EQ') return `${at(filter.path)} = ${json(filter.value)}`;
  if (filter.op === 'NEQ') return `${at(filter.path)} IS DISTINCT FROM ${json(filter.value)}`;
  const sameType = `jsonb_typeof(${at(filter.path)}) = ${parameter(typeof filter.value, 'text')}`;
  return `(${sameType} AND ${at(filter.path)} ${operators[filter.op]} ${json(filter.value)})`;
}
