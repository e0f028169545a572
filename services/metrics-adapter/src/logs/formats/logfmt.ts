import type { LineFormat } from './fields.ts';

const space = 32;
const quote = 34;
const equals = 61;
const backslash = 92;

/**
 * Lines of `key=value key="quoted value" flag`, as https://pkg.go.dev/github.com/kr/logfmt describes them; a key alone
 * has the value `true`. Only the given names are kept.
 */
export function logfmtFormat(names: readonly string[]): LineFormat {
  const slots = new Map(names.map((name, index) => [name, index + 1]));
  return {
    names,
    read: (line) => {
      const fields: (string | undefined)[] = Array.from({ length: names.length + 1 });
      fields[0] = line;
      let pairs = 0;
      scanLogfmt(line, (key, value) => {
        pairs += 1;
        const slot = slots.get(key);
        if (slot !== undefined) fields[slot] = value;
      });
      return pairs === 0 ? undefined : fields;
    },
  };
}

/** Call `onPair` for each pair of a line. Other characters are skipped. */
export function scanLogfmt(line: string, onPair: (key: string, value: string) => void): void {
  let at = 0;
  while (at < line.length) {
    const start = at;
    while (at < line.length && isKey(line.charCodeAt(at))) at += 1;
    if (at === start) {
      at += 1;
      continue;
    }
    const key = line.slice(start, at);
    if (line.charCodeAt(at) !== equals) {
      onPair(key, 'true');
      continue;
    }
    at += 1;
    const end = line.charCodeAt(at) === quote ? quotedEnd(line, at) : bareEnd(line, at);
    onPair(key, line.charCodeAt(at) === quote ? unquoteValue(line.slice(at, end)) : line.slice(at, end));
    at = end;
  }
}

const isKey = (code: number) => code > space && code !== equals && code !== quote;

function bareEnd(line: string, start: number): number {
  let at = start;
  while (at < line.length && line.charCodeAt(at) > space) at += 1;
  return at;
}

/** The position after the closing quote, or the end of the line without one. */
function quotedEnd(line: string, start: number): number {
  let at = start + 1;
  while (at < line.length && line.charCodeAt(at) !== quote) at += line.charCodeAt(at) === backslash ? 2 : 1;
  return Math.min(at + 1, line.length);
}

function unquoteValue(quoted: string): string {
  const closed = quoted.length > 1 && quoted.endsWith('"');
  if (!quoted.includes('\\')) return quoted.slice(1, closed ? -1 : undefined);
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return quoted.slice(1, closed ? -1 : undefined);
  }
}
