import { encodeRequest } from './encode-request.ts';
import { ProtocolError } from './protocol-error.ts';

const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' };
const blank = /[\s\0]/;

/**
 * An inline command (`SET a "b c"\r\n`, what telnet sends) as an ordinary request frame, or undefined for a blank line.
 * The rules for quotes and `\xHH` are those of Redis' sdssplitargs.
 *
 * @throws {ProtocolError} on unbalanced quotes
 */
export function inlineToFrame(line: string): Buffer | undefined {
  const words = splitInline(line);
  return words.length === 0 ? undefined : encodeRequest(words.map((word) => Buffer.from(word, 'latin1')));
}

/** The words of an inline command; each character of the line is one byte (latin1). */
function splitInline(line: string): string[] {
  const words: string[] = [];
  let at = 0;
  for (;;) {
    while (at < line.length && blank.test(line.charAt(at))) at += 1;
    if (at >= line.length) return words;
    let word = '';
    while (at < line.length && !blank.test(line.charAt(at))) {
      const quote = line.charAt(at);
      if (quote !== '"' && quote !== "'") {
        word += quote;
        at += 1;
        continue;
      }
      const end = closingQuote(line, at);
      word += unquote(line.slice(at + 1, end), quote);
      at = end + 1;
      if (at < line.length && !blank.test(line.charAt(at))) throw unbalanced();
    }
    words.push(word);
  }
}

const unbalanced = () => new ProtocolError('unbalanced quotes in request');

function closingQuote(line: string, open: number): number {
  const quote = line.charAt(open);
  for (let at = open + 1; at < line.length; at += 1) {
    const escaped = line.charAt(at) === '\\' && (quote === '"' || line.charAt(at + 1) === "'");
    if (escaped) at += 1;
    else if (line.charAt(at) === quote) return at;
  }
  throw unbalanced();
}

function unquote(text: string, quote: string): string {
  if (quote === "'") return text.replaceAll("\\'", "'");
  return text.replaceAll(/\\(?:x([0-9a-fA-F]{2})|([\s\S]))/g, (_, hex: string | undefined, other: string) =>
    hex === undefined ? (escapes[other] ?? other) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
