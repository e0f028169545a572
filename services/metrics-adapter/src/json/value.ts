import { epochMilliseconds } from '../numbers/gate.ts';
import { parseNumber } from '../numbers/quantity.ts';
import { compileTime } from '../numbers/time-text.ts';
import type { Json } from './parse.ts';

/** A JSON value as a number: numbers, booleans, and texts of either. Undefined for anything else. */
export function toNumber(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean' || typeof value === 'bigint') return Number(value);
  return typeof value === 'string' ? parseNumber(value) : undefined;
}

/** A JSON value as a label: texts unchanged, numbers with every digit, objects and arrays as JSON, null as ''. */
export function toLabel(value: Json | undefined): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  if (typeof value !== 'object') return String(value);
  return jsonText(value);
}

/** The JSON of a value; a bigint becomes a number again. */
function jsonText(value: Json): string {
  if (typeof value === 'bigint') return String(value);
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  return `{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}:${jsonText(item)}`)
    .join(',')}}`;
}

const readTime = compileTime({ zone: 'UTC' });

/**
 * Milliseconds since the epoch of a value: a number, as `epochMilliseconds` reads it, or a date, as `compileTime` reads
 * it. Undefined for anything else.
 */
export function toTime(value: Json | undefined): number | undefined {
  const number = toNumber(value);
  if (number !== undefined) return epochMilliseconds(number);
  return typeof value === 'string' ? readTime(value) : undefined;
}
