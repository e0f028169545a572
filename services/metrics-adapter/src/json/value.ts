import { finite } from '../numbers/gate.ts';
import { parseNumber } from '../numbers/quantity.ts';
import { compileMoment } from '../numbers/read-number.ts';
import type { Json } from './parse.ts';

/** A JSON value as a number: numbers, booleans, and texts of either. Undefined for anything else. */
export function toNumber(value: Json | undefined): number | undefined {
  if (value === undefined || value === null || typeof value === 'object') return undefined;
  // A number such as 1e999 is infinite after it is parsed.
  return typeof value === 'string' ? parseNumber(value) : finite(Number(value));
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

const readTime = compileMoment({});

/** Milliseconds since the epoch of a value, as `compileMoment` reads it. Undefined if it isn't a time. */
export function toTime(value: Json | undefined): number | undefined {
  return value === undefined || value === null || typeof value === 'object' ? undefined : readTime(value);
}
