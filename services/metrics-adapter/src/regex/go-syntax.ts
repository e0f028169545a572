import { PodkitError } from '@podkit/chassis/errors';
import { bothCases, translateClass, translateEscape } from './character-class.ts';
import { repeat } from './repetition.ts';

export type Translated = {
  /** For JavaScript's RegExp, without flags except `m` and without named groups: those cost time at each match. */
  source: string;
  flags: '' | 'm';
  /** The name of each capture group from 1 on; '' where it has none. */
  groups: string[];
};

/** A piece of output that a quantifier can apply to. */
export type Atom = { start: number; captures: boolean; factor: number };
type Group = { start: number; captures: boolean; factor: number; fold: boolean; dotAll: boolean };
type Translator = {
  pattern: string;
  at: number;
  out: string;
  groups: string[];
  stack: Group[];
  fold: boolean;
  dotAll: boolean;
  multiline: boolean;
  atom: Atom | undefined;
};

/**
 * Translate a regular expression of Go's syntax (RE2, https://github.com/google/re2/wiki/Syntax), which StatsD
 * mappings and Prometheus use, to one of JavaScript that V8's linear engine can run.
 *
 * @throws {PodkitError} ERR_REGEX where it isn't one, or needs what can't be matched in bounded time
 */
export function translateGoRegex(pattern: string): Translated {
  const state: Translator = {
    pattern,
    at: 0,
    out: '',
    groups: [],
    stack: [],
    fold: false,
    dotAll: false,
    multiline: false,
    atom: undefined,
  };
  leadingFlags(state);
  while (state.at < pattern.length) step(state);
  if (state.stack.length > 0) throw new PodkitError('ERR_REGEX', 'a "(" without its ")"');
  return { source: state.out, flags: state.multiline ? 'm' : '', groups: state.groups };
}

function leadingFlags(state: Translator): void {
  const flags = /^\(\?([ims]+)\)/.exec(state.pattern);
  if (!flags) return;
  state.at = flags[0].length;
  state.fold = flags[1]?.includes('i') ?? false;
  state.dotAll = flags[1]?.includes('s') ?? false;
  state.multiline = flags[1]?.includes('m') ?? false;
}

function step(state: Translator): void {
  const { pattern, at } = state;
  const character = pattern[at] ?? '';
  if (character === '(') return openGroup(state);
  if (character === ')') return closeGroup(state);
  if (character === '[') return emit(state, translateClass(pattern, at, state.fold));
  if (character === '\\') return emitEscape(state);
  if (character === '.') return emit(state, { source: state.dotAll ? '[^]' : '.', end: at + 1 });
  const quantifier = /^(?:[*+?]|\{\d+(?:,\d*)?\})\??/.exec(pattern.slice(at, at + 24));
  if (quantifier) return quantify(state, quantifier[0]);
  if ('|^$'.includes(character)) {
    state.out += character;
    state.at += 1;
    state.atom = undefined;
    return undefined;
  }
  const both = state.fold ? bothCases(character) : character;
  const literal = '{}]/'.includes(character) ? `\\${character}` : character;
  return emit(state, { source: both.length > 1 && both !== character ? `[${both}]` : literal, end: at + 1 });
}

function quantify(state: Translator, quantifier: string): void {
  state.out = repeat(state.out, state.atom, quantifier);
  const parent = state.stack.at(-1);
  if (parent && state.atom) parent.factor = Math.max(parent.factor, state.atom.factor);
  state.at += quantifier.length;
  // Go refuses a quantifier on a quantifier, and so does JavaScript.
  state.atom = undefined;
}

function emit(state: Translator, { source, end }: { source: string; end: number }): void {
  state.atom = { start: state.out.length, captures: false, factor: 1 };
  state.out += source;
  state.at = end;
}

function emitEscape(state: Translator): void {
  const { pattern, at } = state;
  const next = pattern[at + 1];
  if (next === 'Q') {
    const close = pattern.indexOf('\\E', at + 2);
    const text = pattern.slice(at + 2, close === -1 ? undefined : close);
    for (const character of text) {
      const escaped = character.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
      emit(state, { source: state.fold ? foldLiteral(character, escaped) : escaped, end: at });
    }
    state.at = close === -1 ? pattern.length : close + 2;
    return;
  }
  if ((next === 'A' || next === 'z') && !state.multiline) {
    state.out += next === 'A' ? '^' : '$';
    state.at = at + 2;
    state.atom = undefined;
    return;
  }
  emit(state, translateEscape(pattern, at));
}

const foldLiteral = (character: string, escaped: string) => {
  const both = bothCases(character);
  return both === character ? escaped : `[${both}]`;
};

function openGroup(state: Translator): void {
  const { pattern, at, out, fold, dotAll } = state;
  const head = /^\((?:\?(?:P?<([A-Za-z_]\w*)>|([ims]*)(?:-([ims]+))?:))?/.exec(pattern.slice(at, at + 80));
  const opening = head?.[0] ?? '(';
  if (opening === '(' && pattern[at + 1] === '?')
    throw new PodkitError('ERR_REGEX', `"${pattern.slice(at, at + 4)}": look-around and such groups are not supported`);
  const [, name, on = '', off = ''] = head ?? [];
  if (/m/.test(on + off)) throw new PodkitError('ERR_REGEX', '(?m:...): the flag m is supported at the start only');
  const captures = !opening.endsWith(':');
  if (captures) state.groups.push(name ?? '');
  state.stack.push({ start: out.length, captures, factor: 1, fold, dotAll });
  state.out += captures ? '(' : '(?:';
  state.fold = (fold || on.includes('i')) && !off.includes('i');
  state.dotAll = (dotAll || on.includes('s')) && !off.includes('s');
  state.at = at + opening.length;
  state.atom = undefined;
}

function closeGroup(state: Translator): void {
  const group = state.stack.pop();
  if (group === undefined) throw new PodkitError('ERR_REGEX', 'a ")" without its "("');
  state.out += ')';
  state.at += 1;
  state.fold = group.fold;
  state.dotAll = group.dotAll;
  state.atom = { start: group.start, captures: group.captures, factor: group.factor };
  const parent = state.stack.at(-1);
  if (parent) {
    parent.captures ||= group.captures;
    parent.factor = Math.max(parent.factor, group.factor);
  }
}
