import type { QueryFilter, QueryScalar, StoreQuery } from './store.ts';

/** What a path leads to in a JSON value; undefined where it leads nowhere. */
function valueAt(json: unknown, path: readonly string[]): unknown {
  let at = json;
  for (const part of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return undefined;
    at = (at as Record<string, unknown>)[part];
  }
  return at;
}

/** Whether a JSON value fits a filter. Ordering holds within numbers and within strings only. */
export function fits(json: unknown, filter: QueryFilter): boolean {
  switch (filter.op) {
    case 'AND':
      return filter.filters.every((inner) => fits(json, inner));
    case 'OR':
      return filter.filters.some((inner) => fits(json, inner));
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

/** The order of two JSON values by the query's sort keys. What a path does not lead to comes first. */
export function compareBy(sort: StoreQuery['sort']) {
  return (left: unknown, right: unknown): number => {
    for (const { path, descending } of sort) {
      const order = compare(valueAt(left, path), valueAt(right, path));
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  };
}

const ranks = ['undefined', 'object', 'boolean', 'number', 'string'];

function compare(left: unknown, right: unknown): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0;
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right);
  return ranks.indexOf(typeof left) - ranks.indexOf(typeof right);
}
