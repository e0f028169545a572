import type { Format } from './fields.ts';

/**
 * Lines that are JSON objects. A name is a key, or a path of keys and indexes joined by dots, such as
 * `request.headers.0`. A key that has dots itself takes precedence. Objects and arrays become their JSON, and whole
 * numbers beyond 2^53 keep all their digits.
 */
export function jsonFormat(names: readonly string[]): Format {
  const paths = names.map((name) => name.split('.'));
  return {
    names,
    read: (line) => {
      if (line.charCodeAt(0) > 32 && line[0] !== '{') return undefined;
      try {
        const record: unknown = /\d{16}/.test(line) ? JSON.parse(line, exact) : JSON.parse(line);
        if (typeof record !== 'object' || record === null || Array.isArray(record)) return undefined;
        return [line, ...names.map((name, index) => toText(find(record, name, paths[index] ?? [])))];
      } catch {
        // Not JSON, or nested so deeply that a field can't be written.
        return undefined;
      }
    },
  };
}

/** A whole number that a double can't hold stays text. */
function exact(this: unknown, _key: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source;
  return typeof value === 'number' && source !== undefined && /^-?\d+$/.test(source) && !Number.isSafeInteger(value)
    ? source
    : value;
}

function find(record: object, name: string, path: readonly string[]): unknown {
  if (Object.hasOwn(record, name)) return (record as Record<string, unknown>)[name];
  let value: unknown = record;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

function toText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
