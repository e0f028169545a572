import type { QueryPosition } from '../../store/query-cursor.ts';
import type { QueryFilter, StoreQuery } from '../../store/store.ts';
import { StoreError } from '../../store/store-error.ts';
import { byteOrder, entryColumns, isLive, type Statement, underPrefix } from './statements.ts';

const operators = { GT: '>', GTE: '>=', LT: '<', LTE: '<=' } as const;

/** The protocol counts the parameters of a statement in 16 bits. */
const maxParameters = 65_535;

/** Adds a value to the statement and returns its placeholder with its type. */
type Parameter = (value: unknown, type: string) => string;

export type QueryTarget = {
  table: string;
  /** The function that reads a value as jsonb, NULL where PostgreSQL cannot. */
  toJson: string;
};

/**
 * A Dapr state query over the values that PostgreSQL reads as jsonb. Each row has `sorted`, the JSON text of its sort
 * values. A page begins behind the position where the page before ended.
 */
export function queryStatement(target: QueryTarget, query: StoreQuery, position: QueryPosition | undefined): Statement {
  const { filter, sort, limit, maxBytes, prefix = '' } = query;
  const [values, parameter] = parameters();
  const at = (path: readonly string[]) => `(json #> ${parameter([...path], 'text[]')})`;
  const keys = sort.map(({ path, descending }) => ({ value: at(path), descending }));
  const where = filter === undefined ? 'true' : condition(filter, at, parameter);
  const behind = position === undefined ? 'true' : after(keys, position, parameter);
  const order = keys.map(({ value, descending }) => `${value} ${descending ? 'DESC NULLS LAST' : 'ASC NULLS FIRST'}`);
  const sorted = keys.map(({ value }) => `${value}::text`).join(', ');
  const page = `SELECT t.key, ${entryColumns}, ARRAY[${sorted}]::text[] AS sorted
    FROM (SELECT t.*, ${target.toJson}(t.value) AS json FROM ${target.table} t
      WHERE ${underPrefix(prefix, parameter)} AND ${isLive} OFFSET 0) t
    WHERE json IS NOT NULL AND ${where} AND (${behind})
    ORDER BY ${[...order, byteOrder].join(', ')} LIMIT ${parameter(limit, 'bigint')}`;
  return { text: upToBytes(page, maxBytes, parameter), values };
}

/**
 * Values that may be JSON although PostgreSQL cannot read them as jsonb: with \\u0000 or half a surrogate pair in a
 * text, a number beyond its range, or nested too deeply. They begin as JSON does; the caller has to parse them.
 */
export function restStatement(
  target: QueryTarget,
  {
    prefix,
    after: key,
    limit,
    maxBytes,
  }: { prefix: string; after: string | undefined; limit: number; maxBytes: number },
): Statement {
  const [values, parameter] = parameters();
  const behind = key === undefined ? 'true' : `${byteOrder} > ${parameter(key, 'text')}`;
  const page = `SELECT t.key, ${entryColumns} FROM ${target.table} t
    WHERE ${underPrefix(prefix, parameter)} AND ${isLive} AND ${behind}
    AND encode(substring(t.value FOR 1), 'escape') ~ '^[][{"tfn0-9 \\t\\r\\n-]$' AND ${target.toJson}(t.value) IS NULL
    ORDER BY ${byteOrder} LIMIT ${parameter(limit, 'bigint')}`;
  return { text: upToBytes(page, maxBytes, parameter), values };
}

/** The rows of a page up to the one whose value makes it reach `maxBytes`; the server does not send the others. */
const upToBytes = (page: string, maxBytes: number, parameter: Parameter): string =>
  `SELECT * FROM (
    SELECT *, sum(length(value)) OVER (ROWS UNBOUNDED PRECEDING) - length(value) AS before FROM (${page}) page
  ) page WHERE before < ${parameter(maxBytes, 'bigint')}`;

function parameters(): [unknown[], Parameter] {
  const values: unknown[] = [];
  const add: Parameter = (value, type) => {
    if (values.push(value) > maxParameters) throw new StoreError('ERR_TOO_LARGE', 'the query has too many conditions');
    return `$${values.length}::${type}`;
  };
  return [values, add];
}

/** Rows after a position: after it by the first sort key, or equal there and after it by the next sort keys, and last by the key. */
function after(
  keys: readonly { value: string; descending: boolean }[],
  { sorted, key }: QueryPosition,
  parameter: Parameter,
): string {
  return keys.reduceRight(
    (rest, { value, descending }, index) => {
      const text = sorted[index] ?? null;
      const here = parameter(text, 'jsonb');
      const level = `(${value} IS NOT DISTINCT FROM ${here} AND (${rest}))`;
      // The value of a missing path is NULL, which sorts before all others.
      if (text === null) return descending ? level : `${value} IS NOT NULL OR ${level}`;
      return descending ? `${value} < ${here} OR ${value} IS NULL OR ${level}` : `${value} > ${here} OR ${level}`;
    },
    `${byteOrder} > ${parameter(key, 'text')}`,
  );
}

function condition(filter: QueryFilter, at: (path: readonly string[]) => string, parameter: Parameter): string {
  if ('filters' in filter)
    return `(${filter.filters.map((inner) => condition(inner, at, parameter)).join(` ${filter.op} `)})`;
  const json = (value: unknown) => parameter(JSON.stringify(value), 'jsonb');
  if ('values' in filter)
    return `${at(filter.path)} = ANY(${parameter(
      filter.values.map((value) => JSON.stringify(value)),
      'jsonb[]',
    )})`;
  if (filter.op === 'EQ') return `${at(filter.path)} = ${json(filter.value)}`;
  if (filter.op === 'NEQ') return `${at(filter.path)} IS DISTINCT FROM ${json(filter.value)}`;
  const sameType = `jsonb_typeof(${at(filter.path)}) = ${parameter(typeof filter.value, 'text')}`;
  return `(${sameType} AND ${at(filter.path)} ${operators[filter.op]} ${json(filter.value)})`;
}
