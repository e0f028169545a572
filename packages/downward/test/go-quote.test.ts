import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unquoteGo } from '../src/go-quote.ts';

describe('unquoteGo', () => {
  test.each([
    ['""', ''],
    ['"plain"', 'plain'],
    [String.raw`"tab\tnewline\nquote\"backslash\\"`, 'tab\tnewline\nquote"backslash\\'],
    [String.raw`"\a\b\f\v\r"`, '\u0007\b\f\v\r'],
    [String.raw`"\x00\u00e9\U0001f600"`, '\0é😀'],
    [String.raw`"\303\251"`, 'é'],
    ['"already é"', 'already é'],
  ])('reads %s', (quoted, text) => {
    expect(unquoteGo(quoted)).toBe(text);
  });

  test.each([
    '',
    '"',
    'plain',
    '"open',
    String.raw`"\q"`,
    String.raw`"\u12"`,
    String.raw`"\U00110000"`,
    '"a"b"',
    String.raw`"\'"`,
  ])('refuses %s', (quoted) => {
    expect(() => unquoteGo(quoted)).toThrow(expect.objectContaining({ code: 'ERR_GO_QUOTE' }));
  });

  test('reads back every text that Go would quote', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(unquoteGo(quoteGo(text))).toBe(Buffer.from(text).toString());
      }),
    );
  });
});

/** What Go's strconv.QuoteToASCII writes: the strictest of its forms, every escape in use. */
function quoteGo(text: string): string {
  const named: Record<string, string> = {
    '\u0007': 'a',
    '\b': 'b',
    '\f': 'f',
    '\n': 'n',
    '\r': 'r',
    '\t': 't',
    '\v': 'v',
    '"': '"',
    '\\': '\\',
  };
  const parts = Array.from(Buffer.from(text).toString(), (char) => {
    const point = char.codePointAt(0) ?? 0;
    if (named[char] !== undefined) return `\\${named[char]}`;
    if (point >= 0x20 && point < 0x7f) return char;
    if (point < 0x80) return `\\x${point.toString(16).padStart(2, '0')}`;
    return point < 0x1_00_00
      ? `\\u${point.toString(16).padStart(4, '0')}`
      : `\\U${point.toString(16).padStart(8, '0')}`;
  });
  return `"${parts.join('')}"`;
}
