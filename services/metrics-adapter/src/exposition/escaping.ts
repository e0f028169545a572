import { type LabelPair, labelsText, parseLabelsText } from '../series/labels.ts';

/** How names that older parsers can't read are written: https://prometheus.io/docs/instrumenting/escaping_schemes/ */
export const escapingSchemes = ['allow-utf-8', 'underscores', 'dots', 'values'] as const;
export type EscapingScheme = (typeof escapingSchemes)[number];

const legacyMetric = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/** Whether every parser can read a metric's name. */
export const isLegacyName = (name: string): boolean => legacyMetric.test(name);

/** A metric's or label's name in a scheme. */
export function escapeName(name: string, scheme: EscapingScheme): string {
  if (scheme === 'allow-utf-8' || name === '') return name;
  // With dots even a plain name changes: its underscores double.
  if (scheme === 'dots') return Array.from(name, (char, at) => dotted(char, at)).join('');
  if (isLegacyName(name)) return name;
  if (scheme === 'underscores') return Array.from(name, (char, at) => (isLegacy(char, at) ? char : '_')).join('');
  return `U__${Array.from(name, (char, at) => valued(char, at)).join('')}`;
}

const isLegacy = (char: string, at: number) => (at === 0 ? /^[a-zA-Z_:]$/ : /^[a-zA-Z0-9_:]$/).test(char);

function dotted(char: string, at: number): string {
  if (char === '_') return '__';
  if (char === '.') return '_dot_';
  return isLegacy(char, at) ? char : '__';
}

function valued(char: string, at: number): string {
  if (char === '_') return '__';
  if (isLegacy(char, at)) return char;
  const code = char.codePointAt(0) ?? 0xfffd;
  return `_${(code >= 0xd800 && code <= 0xdfff ? 0xfffd : code).toString(16).toUpperCase()}_`;
}

/**
 * Labels with their names in a scheme. Two names that would become one, such as `a.b` and `a_b`, stay two: the later is
 * written by its characters' codes.
 */
export function escapePairs(pairs: readonly LabelPair[], scheme: EscapingScheme): LabelPair[] {
  const taken = new Set(pairs.map(([name]) => name).filter((name) => escapeName(name, scheme) === name));
  return pairs.map(([name, value]): LabelPair => {
    const escaped = escapeName(name, scheme);
    if (escaped === name) return [name, value];
    const unique = taken.has(escaped) ? escapeName(name, 'values') : escaped;
    taken.add(unique);
    return [unique, value];
  });
}

/** A text of `labelsText` with its names in a scheme. */
export function escapeLabels(text: string, scheme: EscapingScheme): string {
  if (scheme === 'allow-utf-8' || text === '') return text;
  if (scheme !== 'dots' && !mayQuoteNames(text)) return text;
  return labelsText(escapePairs(parseLabelsText(text), scheme));
}

/** True for each text with a quoted name, and for a few others, which costs only time. */
const mayQuoteNames = (text: string) => text.charCodeAt(0) === 34 || text.includes(',"');
