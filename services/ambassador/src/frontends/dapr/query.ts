import type { QueryFilter, QueryScalar, StoreQuery } from '../../store/store.ts';
import { asStoreError } from '../../store/store-error.ts';
import { parseJson } from './body.ts';
import { queryFailed, queryUnsupported } from './errors.ts';
import { bulkItem, type DaprResponse, type StateRequest } from './state.ts';

/** A page ends with the value that makes it reach this many bytes, even below `page.limit`. */
const pageBytes = 16 * 1024 * 1024;
/** Each entry is read from the store with its sort values, so their number is limited. */
const maxSortKeys = 16;

/** https://docs.dapr.io/reference/api/state_api/#query-state; 204 when nothing matches. */
export async function query({ store, name, body, queryMaxPage }: StateRequest): Promise<DaprResponse> {
  if (!store.info.capabilities.has('query')) throw queryUnsupported(name);
  const asked = parseJson(body, 'failed deserializing HTTP body');
  let parsed: StoreQuery;
  try {
    parsed = parseQuery(asked, queryMaxPage);
  } catch (cause) {
    throw queryFailed(name, cause instanceof Error ? cause.message : String(cause), cause);
  }
  const page = await store.query(parsed).catch((error: unknown) => {
    throw queryFailed(name, asStoreError(error).message, error);
  });
  if (page.entries.length === 0) return { status: 204 };
  const results = page.entries.map(({ key, ...entry }) => bulkItem(key, entry)).join(',');
  const token = page.cursor === undefined ? '' : `,"token":${JSON.stringify(page.cursor)}`;
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: `{"results":[${results}]${token}}`,
  };
}

/** @throws {Error} that names the part that is wrong, or says that the page is too large */
function parseQuery(asked: unknown, maxPage: number): StoreQuery {
  const { filter, sort = [], page = {} } = requireObject(asked, 'the query');
  const { limit, token } = requireObject(page, 'page');
  if (!Array.isArray(sort)) throw new Error('sort must be an array');
  if (sort.length > maxSortKeys) throw new Error(`sort may have at most ${maxSortKeys} keys`);
  if (limit !== undefined && !(Number.isSafeInteger(limit) && Number(limit) >= 0))
    throw new Error('page.limit must be a whole number');
  if (Number(limit) > maxPage)
    throw new Error(`ERR_TOO_LARGE: page.limit is more than AMBASSADOR_QUERY_MAX_PAGE, ${maxPage}`);
  const isEmpty = filter === undefined || filter === null || Object.keys(requireObject(filter, 'filter')).length === 0;
  return {
    ...(isEmpty ? {} : { filter: parseFilter(filter) }),
    sort: sort.map(sortKey),
    limit: Number(limit) || maxPage,
    maxBytes: pageBytes,
    cursor: typeof token === 'string' && token !== '' ? token : undefined,
  };
}

function sortKey(item: unknown): StoreQuery['sort'][number] {
  const { key, order = 'ASC' } = requireObject(item, 'sort');
  if (typeof key !== 'string') throw new Error('sort.key must be a string');
  if (order !== 'ASC' && order !== 'DESC' && order !== '') throw new Error('sort.order must be ASC or DESC');
  return { path: parsePath(key), descending: order === 'DESC' };
}

function parseFilter(filter: unknown): QueryFilter {
  const entries = Object.entries(requireObject(filter, 'filter'));
  const [first] = entries;
  if (first === undefined || entries.length !== 1) throw new Error('a filter has exactly one operator');
  const [op, operand] = first;
  if (op === 'AND' || op === 'OR') {
    if (!Array.isArray(operand) || operand.length < 2) throw new Error(`${op} needs at least two filters`);
    return { op, filters: operand.map(parseFilter) };
  }
  const [field, ...others] = Object.entries(requireObject(operand, op));
  if (field === undefined || others.length > 0) throw new Error(`${op} has exactly one field`);
  const path = parsePath(field[0]);
  if (op === 'IN') {
    if (!Array.isArray(field[1])) throw new Error('IN needs an array');
    return { op, path, values: field[1].map(parseScalar) };
  }
  if (op === 'EQ' || op === 'NEQ' || op === 'GT' || op === 'GTE' || op === 'LT' || op === 'LTE')
    return { op, path, value: parseScalar(field[1]) };
  throw new Error(`no operator is named ${op}`);
}

/** `a.b` is the member `b` of the member `a`. */
const parsePath = (key: string): string[] => key.split('.');

function parseScalar(value: unknown): QueryScalar {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  throw new Error('operands are strings, numbers, booleans or null');
}

function requireObject(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Error(`${what} must be an object`);
}
