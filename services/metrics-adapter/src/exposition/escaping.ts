import { type LabelPair, labelsText, parseLabelsText } from '../series/labels.ts';

/** Schemes that write names for older parsers: https://prometheus.io/docs/instrumenting/escaping_schemes/ */
export const escapingSchemes = ['allow-utf-8', 'underscores', 'dots', 'values'] as const;
export type EscapingScheme = (typeof escapingSchemes)[number];

const legacyMetric = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/** Whether every parser can read the name of a metric. */
export const isLegacyName = (name: string): boolean => legacyMetric.test(name);

/** A metric's or label's name in a scheme. */
export function escapeName(name: string, scheme: EscapingScheme): string {
  if (scheme === 'allow-utf-8' || name === '') return name;
  // This scheme changes plain names too: it doubles underscores.
  if (scheme === 'dots') return Array.from(name, (char, at) => escapeWithDots(char, at)).join('');
  if (isLegacyName(name)) return name;
  if (scheme === 'underscores') return Array.from(name, (char, at) => (isLegacy(char, at) ? char : '_')).join('');
  return `U__${Array.from(name, (char, at) => escapeWithCodes(char, at)).join('')}`;
}

const isLegacy = (char: string, at: number) => (at === 0 ? /^[a-zA-Z_:]$/ : /^[a-zA-Z0-9_:]$/).test(char);

function escapeWithDots(char: string, at: number): string {
  if (char === '_') return '__';
  if (char === '.') return '_dot_';
  return isLegacy(char, at) ? char : '__';
}

function escapeWithCodes(char: string, at: number): string {
  if (char === '_') return '__';
  if (isLegacy(char, at)) return char;
  const code = char.codePointAt(0) ?? 0xfffd;
  return `_${(code >= 0xd800 && code <= 0xdfff ? 0xfffd : code).toString(16).toUpperCase()}_`;
}

/**
 * Labels with their names in a scheme. If two names would become equal, such as `a.b` and `a_b`, the later one is
 * written with the scheme `values`.
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

/** Never false for a text with a quoted name. A false positive costs only time. */
const mayQuoteNames = (text: string) => text.charCodeAt(0) === 34 || text.includes(',"');
