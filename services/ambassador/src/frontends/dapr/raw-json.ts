/** Where a value is in the bytes of a JSON text. */
export type Span = { start: number; end: number };

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/**
 * The members of the object that begins at `start`, by lower-cased name (Dapr matches names as Go does, in any case);
 * undefined where no object begins. The text must be valid JSON: this only finds the ends.
 */
export function membersAt(json: Buffer, start: number): Map<string, Span> | undefined {
  let at = skipSpace(json, start);
  if (json[at] !== openBrace) return undefined;
  const members = new Map<string, Span>();
  at = skipSpace(json, at + 1);
  while (json[at] !== closeBrace) {
    const nameEnd = endOfString(json, at);
    const name = JSON.parse(json.toString('utf8', at, nameEnd)) as string;
    const begin = skipSpace(json, skipSpace(json, nameEnd) + 1);
    const end = endOfValue(json, begin);
    members.set(name.toLowerCase(), { start: begin, end });
    at = skipSpace(json, end);
    if (json[at] === comma) at = skipSpace(json, at + 1);
  }
  return members;
}

/** The items of the array that begins at `start`; undefined where none does. */
export function itemsAt(json: Buffer, start: number): Span[] | undefined {
  let at = skipSpace(json, start);
  if (json[at] !== openBracket) return undefined;
  const items: Span[] = [];
  at = skipSpace(json, at + 1);
  while (json[at] !== closeBracket) {
    const end = endOfValue(json, at);
    items.push({ start: at, end });
    at = skipSpace(json, end);
    if (json[at] === comma) at = skipSpace(json, at + 1);
  }
  return items;
}

function skipSpace(json: Buffer, start: number): number {
  let at = start;
  while (json[at] === 0x20 || json[at] === 0x0a || json[at] === 0x0d || json[at] === 0x09) at += 1;
  return at;
}

function endOfString(json: Buffer, start: number): number {
  let at = start + 1;
  while (json[at] !== quote) at += json[at] === backslash ? 2 : 1;
  return at + 1;
}

function endOfValue(json: Buffer, start: number): number {
  const first = json[start];
  if (first === quote) return endOfString(json, start);
  if (first === openBrace || first === openBracket) return endOfNested(json, start);
  let at = start;
  while (at < json.length && !isDelimiter(json[at])) at += 1;
  return at;
}

function endOfNested(json: Buffer, start: number): number {
  let depth = 0;
  let at = start;
  do {
    const byte = json[at];
    if (byte === quote) {
      at = endOfString(json, at);
      continue;
    }
    if (byte === openBrace || byte === openBracket) depth += 1;
    if (byte === closeBrace || byte === closeBracket) depth -= 1;
    at += 1;
  } while (depth > 0);
  return at;
}

const isDelimiter = (byte: number | undefined): boolean =>
  byte === comma ||
  byte === colon ||
  byte === closeBrace ||
  byte === closeBracket ||
  byte === undefined ||
  byte <= 0x20;
