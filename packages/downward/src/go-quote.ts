import { PodkitError } from '@podkit/chassis/errors';

const simple: Record<string, number> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '"': 34, '\\': 92 };
const escape = /^(?:([abtnvfr"\\])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2}))/;

/**
 * The text of a double-quoted Go string literal, as `strconv.Quote` writes it and the kubelet writes the values of
 * labels and annotations: https://pkg.go.dev/strconv#Unquote. It is not JSON: `\x00`, `\a` and `\U0001f600` are valid.
 *
 * @throws {PodkitError} ERR_GO_QUOTE saying where the text is wrong
 */
export function unquoteGo(quoted: string): string {
  if (quoted.length < 2 || !quoted.startsWith('"') || !quoted.endsWith('"')) refuse(quoted, 0, 'not in double quotes');
  const body = quoted.slice(1, -1);
  if (!/["\\\n]/.test(body)) return body;
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const next = body.slice(at).search(/["\\\n]/);
    const end = next === -1 ? body.length : at + next;
    parts.push(Buffer.from(body.slice(at, end)));
    at = end;
    if (at === body.length) break;
    if (body[at] !== '\\') refuse(quoted, at + 1, 'unescaped quote or newline');
    const match = escape.exec(body.slice(at + 1, at + 10));
    if (!match) refuse(quoted, at + 1, 'unknown escape');
    parts.push(decodeEscape(match, quoted, at + 1));
    at += 1 + match[0].length;
  }
  return Buffer.concat(parts).toString('utf8');
}

function decodeEscape([, letter, byte, short, long, octal]: RegExpExecArray, quoted: string, at: number): Buffer {
  if (letter !== undefined) return Buffer.from([simple[letter] ?? 0]);
  if (byte !== undefined) return Buffer.from([Number.parseInt(byte, 16)]);
  if (octal !== undefined) return Buffer.from([Number.parseInt(octal, 8)]);
  const point = Number.parseInt(short ?? long ?? '', 16);
  if (point > 0x10_ff_ff || (point >= 0xd8_00 && point <= 0xdf_ff)) refuse(quoted, at, 'not a Unicode scalar value');
  return Buffer.from(String.fromCodePoint(point));
}

function refuse(quoted: string, at: number, why: string): never {
  throw new PodkitError('ERR_GO_QUOTE', `${why} at character ${at + 1} of ${quoted.slice(0, 80)}`);
}
