/** A label's name and value. */
export type LabelPair = readonly [name: string, value: string];

const legacyName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const quote = 34;
const backslash = 92;
const needsEscape = /[\\"\n\uD800-\uDFFF]/;

/**
 * Labels as in the braces of the text format: sorted by name, with escaped values, without empty values. Equal label
 * sets have equal texts, and different ones different texts, so the text is the key of a series. Names that are not plain
 * are quoted: https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function labelsText(pairs: Iterable<LabelPair>): string {
  const kept = [...pairs].filter(([, value]) => value !== '');
  if (kept.length > 1) kept.sort(byName);
  let text = '';
  for (const [name, value] of kept) text += `${text === '' ? '' : ','}${quoteName(name)}="${escapeValue(value)}"`;
  return text;
}

/** By code unit, as Prometheus sorts. */
function byName(a: LabelPair, b: LabelPair): number {
  return a[0] < b[0] ? -1 : Number(a[0] > b[0]);
}

/** The name of a label in the text format. */
export function quoteName(name: string): string {
  return legacyName.test(name) ? name : `"${escapeValue(name)}"`;
}

/** The value of a label between its quotes. A lone surrogate, which UTF-8 can't express, becomes U+FFFD. */
export function escapeValue(value: string): string {
  if (!needsEscape.test(value)) return value;
  return value.toWellFormed().replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

/** Parse a text of `labelsText`. Not by a regular expression: a value of megabytes would exhaust its stack. */
export function parseLabelsText(text: string): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  for (let at = 0; at < text.length; ) {
    const quoted = text.charCodeAt(at) === quote;
    const nameEnd = quoted ? closingQuote(text, at) : text.indexOf('=', at);
    const name = quoted ? unescapeValue(text.slice(at + 1, nameEnd)) : text.slice(at, nameEnd);
    const open = nameEnd + (quoted ? 2 : 1);
    const close = closingQuote(text, open);
    pairs.push([name, unescapeValue(text.slice(open + 1, close))]);
    at = close + 2;
  }
  return pairs;
}

/** The labels of the series that stands for all beyond a limit: each has the value `other`. */
export function otherLabels(text: string): string {
  return labelsText(parseLabelsText(text).map(([name]) => [name, 'other']));
}

function closingQuote(text: string, open: number): number {
  let at = open + 1;
  while (at < text.length && text.charCodeAt(at) !== quote) at += text.charCodeAt(at) === backslash ? 2 : 1;
  return at;
}

/** The reverse of `escapeValue`. An unknown escape stays unchanged. */
export function unescapeValue(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replaceAll(/\\([\\"n])/g, (_all, mark: string) => (mark === 'n' ? '\n' : mark));
}
