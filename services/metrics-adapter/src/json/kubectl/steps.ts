import { FetchError } from '../../fetch/errors.ts';
import type { Json } from '../parse.ts';

/** One part of a path: maps the values before it to those after it. */
export type Step = (values: Json[]) => Json[];

const isObject = (value: Json): value is { [key: string]: Json } =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
const childValues = (value: Json): Json[] =>
  Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];

/** `.name` */
export const field =
  (name: string): Step =>
  (values) =>
    values.flatMap((value) => (isObject(value) && Object.hasOwn(value, name) ? [value[name] as Json] : []));

/** `.*` and `[*]` */
export const wildcard: Step = (values) => values.flatMap(childValues);

/** Maximum number of values that `..` selects: a second `..` selects a nested value once for each level above it. */
const maxValues = 4_000_000;

/** `..`: the values and everything inside them. @throws {FetchError} too_large */
export const recursive: Step = (values) => {
  const found: Json[] = [];
  const rest = values.toReversed();
  for (let value = rest.pop(); value !== undefined; value = rest.pop()) {
    found.push(value);
    if (found.length > maxValues) throw new FetchError('too_large', `.. selects more than ${maxValues} values`);
    for (const child of childValues(value).toReversed()) rest.push(child);
  }
  return found;
};

/** `[start:end:step]`; a negative bound counts from the end. */
export const slice =
  (start = 0, end?: number, step = 1): Step =>
  (values) =>
    values.flatMap((value) => {
      if (!Array.isArray(value)) return [];
      const from = start < 0 ? Math.max(0, start + value.length) : start;
      const until = end === undefined ? value.length : end < 0 ? end + value.length : Math.min(end, value.length);
      return value.slice(from, Math.max(from, until)).filter((_item, at) => at % step === 0);
    });

/** `[2]`, `[-1]` */
export const index =
  (at: number): Step =>
  (values) =>
    values.flatMap((value) => {
      const item = Array.isArray(value) ? value.at(at) : undefined;
      return item === undefined ? [] : [item];
    });

/** `[0,2]`, `['a','b']` */
export const union =
  (steps: readonly Step[]): Step =>
  (values) =>
    steps.flatMap((step) => step(values));

export type Operator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'exists' | ((text: string) => boolean);

/** `[?(left operator right)]` */
export const filter =
  (left: Step, operator: Operator, right: Step): Step =>
  (values) =>
    values.flatMap(childValues).filter((item) => {
      const a = left([item])[0];
      if (operator === 'exists') return a !== undefined;
      if (a === undefined) return false;
      if (typeof operator === 'function') return typeof a === 'string' && operator(a);
      const b = right([item])[0];
      return b !== undefined && compare(a, operator, b);
    });

function compare(a: Json, operator: Exclude<Operator, 'exists' | ((text: string) => boolean)>, b: Json): boolean {
  const numbers = isNumber(a) && isNumber(b);
  // Loosely equal, since a bigint is never strictly equal to a number. The types were compared before.
  if (operator === '==' || operator === '!=') {
    // oxlint-disable-next-line eqeqeq
    const equal = a === b || (numbers && a == b);
    return equal === (operator === '==');
  }
  if (!numbers && !(typeof a === 'string' && typeof b === 'string')) return false;
  if (operator === '<') return a < b;
  if (operator === '<=') return a <= b;
  return operator === '>' ? a > b : a >= b;
}

const isNumber = (value: Json): value is number | bigint => typeof value === 'number' || typeof value === 'bigint';
