/** How a runtime splits a variable into options: the separator, the quotes, and the escape inside quotes. */
export type Syntax = { blank: RegExp; quotes: string; escape: string };

/** https://nodejs.org/api/cli.html#node_optionsoptions: blanks only, and a backslash escapes inside double quotes. */
export const nodeSyntax: Syntax = { blank: /^ $/, quotes: '"', escape: '\\' };
/** `Arguments::parse_options_buffer` of HotSpot: any white space, both quotes, no escapes. */
export const javaSyntax: Syntax = { blank: /^[ \t\n\v\f\r]$/, quotes: `"'`, escape: '' };

type Word = { start: number; end: number; value: string };

/** The words of such a text: the place of each, and its value without quotes. */
export function splitWords(text: string, { blank, quotes, escape }: Syntax): Word[] {
  const words: Word[] = [];
  let word: Word | undefined;
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (quote === '' && blank.test(char)) {
      word = undefined;
      continue;
    }
    if (word === undefined) {
      word = { start: at, end: at, value: '' };
      words.push(word);
    }
    if (quote !== '' && char === escape && at + 1 < text.length) {
      at += 1;
      word.value += text.charAt(at);
    } else if (char === quote) quote = '';
    else if (quote === '' && quotes.includes(char)) quote = char;
    else word.value += char;
    word.end = at + 1;
  }
  return words;
}

/** One decision: our option, the reason, and the words by which a user has made the same decision. */
export type Choice = { option: string; reason: string; decided: RegExp };

/**
 * Add options to such a text. What the user decided stays, unless `override`: then those words are removed, each with the
 * blanks behind it, and nothing else is changed. Undefined if nothing is to be added.
 */
export function withOptions(
  text: string,
  choices: readonly Choice[],
  { syntax, override }: { syntax: Syntax; override: boolean },
): { value: string; reason: string } | undefined {
  const words = splitWords(text, syntax);
  const isDecided = ({ decided }: Choice) => words.some(({ value }) => decided.test(value));
  const added = override ? choices : choices.filter((choice) => !isDecided(choice));
  if (added.length === 0) return undefined;
  const kept = override ? without(text, words, (value) => choices.some(({ decided }) => decided.test(value))) : text;
  const apart = kept === '' || (override && syntax.blank.test(kept.slice(-1))) ? '' : ' ';
  const value = kept + apart + added.map(({ option }) => option).join(' ');
  return { value, reason: added.map(({ reason }) => reason).join('; ') };
}

function without(text: string, words: readonly Word[], isGone: (value: string) => boolean): string {
  let kept = '';
  let from = 0;
  for (const [index, { start, value }] of words.entries()) {
    if (!isGone(value)) continue;
    kept += text.slice(from, Math.max(from, start));
    const next = words[index + 1];
    // Node takes `--name value` too: a value without its name would be refused.
    const last = /^--[^=]+$/.test(value) && next?.value.startsWith('-') === false ? index + 1 : index;
    from = words[last + 1]?.start ?? text.length;
  }
  return kept + text.slice(from);
}
