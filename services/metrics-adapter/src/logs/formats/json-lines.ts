import { type Json, parseExact } from '../../json/parse.ts';
import { toLabel } from '../../json/value.ts';
import type { LineFormat } from './fields.ts';

/**
 * Lines that are JSON objects. A name is a key, or a path of keys and indexes joined by dots, such as
 * `request.headers.0`. A key that has dots itself takes precedence. Objects and arrays become their JSON, and whole
 * numbers beyond 2^53 keep all their digits.
 */
export function jsonFormat(names: readonly string[]): LineFormat {
  const paths = names.map((name) => name.split('.'));
  return {
    names,
    read: (line) => {
      if (line.charCodeAt(0) > 32 && line[0] !== '{') return undefined;
      try {
        const record = parseExact(line);
        if (typeof record !== 'object' || record === null || Array.isArray(record)) return undefined;
        return [line, ...names.map((name, index) => readField(record, name, paths[index] ?? []))];
      } catch {
        // Not JSON, or nested so deeply that a field can't be written.
        return undefined;
      }
    },
  };
}

function readField(record: Record<string, Json>, name: string, path: readonly string[]): string | undefined {
  let value = memberOrItem(record, name);
  if (value === undefined) value = path.reduce<Json | undefined>(memberOrItem, record);
  return value === undefined || value === null ? undefined : toLabel(value);
}

/** A member of an object, or an item of an array, whose key is its index as text. */
function memberOrItem(value: Json | undefined, key: string): Json | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, Json>)[key];
}
