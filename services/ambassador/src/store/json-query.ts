import { isUtf8 } from 'node:buffer';
import type { QueryFilter, QueryScalar, StoreQuery } from './store.ts';

/** A stored value as JSON; undefined if it is not JSON. */
export function parseValue(value: Buffer): unknown {
  if (!isUtf8(value)) return undefined;
  try {
    return JSON.parse(value.toString()) as unknown;
  } catch {
    return undefined;
  }
}

/** What a path leads to in a JSON value; undefined where it leads nowhere. */
function valueAt(json: unknown, path: readonly string[]): unknown {
  let at = json;
  for (const part of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return undefined;
    at = (at as Record<string, unknown>)[part];
  }
  return at;
}

/** Whether a JSON value matches a filter. Ordering holds within numbers and within strings only. */
export function matchesFilter(json: unknown, filter: QueryFilter): boolean {
  switch (filter.op) {
    case 'AND':
      return filter.filters.every((inner) => matchesFilter(json, inner));
    case 'OR':
      return filter.filters.some((inner) => matchesFilter(json, inner));
    case 'IN':
      return filter.values.includes(valueAt(json, filter.path) as QueryScalar);
    case 'EQ':
      return valueAt(json, filter.path) === filter.value;
    case 'NEQ':
      return valueAt(json, filter.path) !== filter.value;
    default:
      return ordered(filter.op, valueAt(json, filter.path), filter.value);
  }
}

function ordered(op: 'GT' | 'GTE' | 'LT' | 'LTE', left: unknown, right: QueryScalar): boolean {
  const comparable =
    (typeof left === 'number' && typeof right === 'number') || (typeof left === 'string' && typeof right === 'string');
  if (!comparable) return false;
  const order = compare(left, right);
  return op === 'GT' ? order > 0 : op === 'GTE' ? order >= 0 : op === 'LT' ? order < 0 : order <= 0;
}

/** The values by which a query sorts a JSON value. */
export const sortValues = (json: unknown, sort: StoreQuery['sort']): unknown[] =>
  sort.map(({ path }) => valueAt(json, path));

/** The order of two entries by their sort values. What a path does not lead to comes first. */
export function compareBy(sort: StoreQuery['sort']) {
  return (left: readonly unknown[], right: readonly unknown[]): number => {
    for (const [index, { descending }] of sort.entries()) {
      const order = compare(left[index], right[index]);
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  };
}

function compare(left: unknown, right: unknown): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0;
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right);
  return rank(left) - rank(right);
}

/** The order of the types, as PostgreSQL has it for jsonb. */
function rank(value: unknown): number {
  if (value === null) return 1;
  if (Array.isArray(value)) return 5;
  return ['undefined', '', 'string', 'number', 'boolean', '', 'object'].indexOf(typeof value);
}
