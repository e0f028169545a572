import { PodkitError } from '@podkit/chassis/errors';

const named: Record<string, string> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7f',
  blank: '\\t ',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
};

/** A letter with its other case, as the inside of a class; anything else is itself. */
export function bothCases(character: string): string {
  const [lower, upper] = [character.toLowerCase(), character.toUpperCase()];
  return lower === upper || lower.length !== 1 || upper.length !== 1 ? character : lower + upper;
}

/**
 * Translate the bracket expression that begins at `pattern[at]` from Go's syntax to JavaScript's. With `fold` the
 * class matches letters of either case.
 *
 * @returns the class in JavaScript, and where in `pattern` it ends
 * @throws {PodkitError} ERR_REGEX
 */
export function translateClass(pattern: string, at: number, fold: boolean): { source: string; end: number } {
  let position = at + 1;
  let body = '';
  if (pattern[position] === '^') {
    body = '^';
    position += 1;
  }
  const first = position;
  for (;;) {
    const character = pattern[position];
    if (character === undefined) throw new PodkitError('ERR_REGEX', 'a "[" without its "]"');
    if (character === ']' && position > first) return { source: `[${body}]`, end: position + 1 };
    const item = classItem(pattern, position);
    body += fold ? foldItem(item.source) : item.source;
    position = item.end;
  }
}

function classItem(pattern: string, at: number): { source: string; end: number } {
  const name = /^\[:(\^?)(\w+):\]/.exec(pattern.slice(at, at + 12));
  if (name) return { source: namedClass(name[1] ?? '', name[2] ?? ''), end: at + name[0].length };
  const low = classCharacter(pattern, at);
  const range = pattern[low.end] === '-' && pattern[low.end + 1] !== ']' && pattern[low.end + 1] !== undefined;
  if (!range) return low;
  const high = classCharacter(pattern, low.end + 1);
  return { source: `${low.source}-${high.source}`, end: high.end };
}

function classCharacter(pattern: string, at: number): { source: string; end: number } {
  const character = pattern[at] ?? '';
  if (character === '\\') return translateEscape(pattern, at);
  return { source: '[]^-'.includes(character) ? `\\${character}` : character, end: at + 1 };
}

function namedClass(negated: string, name: string): string {
  const source = named[name];
  if (source === undefined || negated !== '')
    throw new PodkitError('ERR_REGEX', `[:${negated}${name}:] is not a class that is supported`);
  return source;
}

/** A folded range such as `a-f` also covers `A-F`; only ASCII ranges are folded, as all letters of one case. */
function foldItem(source: string): string {
  const range = /^([A-Za-z])-([A-Za-z])$/.exec(source);
  if (!range) return source.length === 1 ? bothCases(source) : source;
  return `${source}${source.toLowerCase()}${source.toUpperCase()}`;
}

/**
 * Translate the escape that begins at `pattern[at]`, inside or outside a class.
 *
 * @throws {PodkitError} ERR_REGEX for an escape that Go's syntax doesn't have or that JavaScript can't bound
 */
export function translateEscape(pattern: string, at: number): { source: string; end: number } {
  const character = pattern[at + 1];
  if (character === undefined) throw new PodkitError('ERR_REGEX', 'a "\\" at the very end');
  const hex = /^\\x(?:\{([0-9a-fA-F]{1,4})\}|([0-9a-fA-F]{2}))/.exec(pattern.slice(at, at + 8));
  if (hex) return { source: `\\u${(hex[1] ?? hex[2] ?? '').padStart(4, '0')}`, end: at + hex[0].length };
  if (character === 'a') return { source: '\\x07', end: at + 2 };
  if ('dDwWsSbBfnrtv'.includes(character) || !/[0-9A-Za-z]/.test(character))
    return { source: `\\${character}`, end: at + 2 };
  const why = /[1-9]/.test(character) ? 'a back reference cannot be matched in bounded time' : 'no such escape';
  throw new PodkitError('ERR_REGEX', `\\${character}: ${why}`);
}
