import { strictEqual } from 'node:assert/strict';
import { unquoteGo } from '@podkit/downward/go-quote';
import { runTarget, type Target } from './target.ts';

/** What Go quoted is read, or refused; what was read and is quoted again as JSON does is the same text. */
const goQuotes: Target = {
  tokens: [
    '"',
    '\\',
    '\\n',
    '\\x41',
    '\\u00e9',
    '\\U0001f600',
    '\\303',
    '\\251',
    '\\"',
    'a',
    'é',
    '\\xff',
    '\\ud800',
    '\n',
    '`',
  ],
  examples: ['"a"', '"\\303\\251 \\x00 \\u00e9 \\U0001f600"', '"tab\\tnewline\\nquote\\"backslash\\\\"'],
  check: (quoted) => {
    const text = runTarget(() => unquoteGo(quoted), ['ERR_GO_QUOTE']);
    if (typeof text !== 'string') return;
    const again = `"${Array.from(text, (char) => `\\U${(char.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`).join('')}"`;
    strictEqual(text.isWellFormed() ? unquoteGo(again) : text, text);
  },
};

export const downward: Record<string, Target> = { 'go-quotes': goQuotes };
