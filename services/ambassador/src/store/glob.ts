/** A pattern of KEYS, SCAN and of routing rules: `*`, `?`, `[a-z]`, `[^a]`, `\x`. Texts have a character per byte. */
export type Glob = {
  matches(text: string): boolean;
  /** What every match begins with; a store lists only those keys. */
  prefix: string;
  pattern: string;
};

/** Compile a pattern by the rules of Redis' stringmatchlen, without backtracking more than one star at a time. */
export function compileGlob(pattern: string): Glob {
  const tokens = parseTokens(pattern.split(''));
  const firstOpen = tokens.findIndex((token) => typeof token !== 'string');
  const literal = (firstOpen < 0 ? tokens : tokens.slice(0, firstOpen)) as string[];
  return { matches: (text) => matchTokens(tokens, text), prefix: literal.join(''), pattern };
}

/** A literal text as a pattern: its special characters are escaped. */
export const escapeGlob = (literal: string): string => literal.replaceAll(/[\\*?[\]^]/g, '\\$&');

type Token =
  | string
  | { kind: 'star' }
  | { kind: 'any' }
  | { kind: 'set'; negated: boolean; ranges: [string, string][] };

const matchOne = (token: Token | undefined, character: string): boolean => {
  if (token === undefined) return false;
  if (typeof token === 'string') return token === character;
  if (token.kind !== 'set') return token.kind === 'any';
  return token.ranges.some(([low, high]) => character >= low && character <= high) !== token.negated;
};

const isStar = (token: Token | undefined): boolean => typeof token === 'object' && token.kind === 'star';

function matchTokens(tokens: readonly Token[], text: string): boolean {
  let token = 0;
  let at = 0;
  /** The last star, and where the text that it does not cover begins. */
  let star = -1;
  let resume = 0;
  while (at < text.length) {
    if (isStar(tokens[token])) {
      star = token;
      resume = at;
      token += 1;
    } else if (matchOne(tokens[token], text[at] ?? '')) {
      token += 1;
      at += 1;
    } else if (star < 0) return false;
    else {
      token = star + 1;
      resume += 1;
      at = resume;
    }
  }
  while (isStar(tokens[token])) token += 1;
  return token === tokens.length;
}

function parseTokens(pattern: readonly string[]): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at] ?? '';
    if (character === '*') {
      if (!isStar(tokens.at(-1))) tokens.push({ kind: 'star' });
    } else if (character === '?') tokens.push({ kind: 'any' });
    else if (character === '[') {
      const { token, end } = parseSet(pattern, at + 1);
      tokens.push(token);
      at = end;
    } else if (character === '\\' && at + 1 < pattern.length) {
      at += 1;
      tokens.push(pattern[at] ?? '');
    } else tokens.push(character);
  }
  return tokens;
}

/** A `[...]` from behind its bracket; an unclosed one ends with the pattern, as in Redis. */
function parseSet(pattern: readonly string[], from: number): { token: Token; end: number } {
  const negated = pattern[from] === '^';
  const ranges: [string, string][] = [];
  let at = negated ? from + 1 : from;
  for (; at < pattern.length && pattern[at] !== ']'; at += 1) {
    // As in Redis, an escaped character begins no range.
    const isEscaped = pattern[at] === '\\' && at + 1 < pattern.length;
    if (isEscaped) at += 1;
    const low = pattern[at] ?? '';
    if (isEscaped || pattern[at + 1] !== '-' || at + 2 >= pattern.length) ranges.push([low, low]);
    else {
      const high = pattern[at + 2] ?? '';
      ranges.push(low <= high ? [low, high] : [high, low]);
      at += 2;
    }
  }
  return { token: { kind: 'set', negated, ranges }, end: at };
}
