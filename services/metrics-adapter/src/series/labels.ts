/** A label's name and value. */
export type LabelPair = readonly [name: string, value: string];

const legacyName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const needsEscape = /[\\"\n\uD800-\uDFFF]/;

/**
 * Labels as in the braces of the text format: sorted by name, with values escaped, without empty values. The text is the
 * key of a series, since it is equal exactly for equal label sets. Names that are not plain are quoted: https://prometheus.io/docs/instrumenting/exposition_formats/
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

/** Parse a text of `labelsText`. */
export function parseLabelsText(text: string): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  const pattern = /(?:"((?:[^"\\]|\\.)*)"|([^=,"]+))="((?:[^"\\]|\\.)*)",?/gs;
  for (const [, quoted, plain, value] of text.matchAll(pattern))
    pairs.push([plain ?? unescapeValue(quoted ?? ''), unescapeValue(value ?? '')]);
  return pairs;
}

/** The reverse of `escapeValue`. An unknown escape stays unchanged. */
export function unescapeValue(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replaceAll(/\\([\\"n])/g, (_all, mark: string) => (mark === 'n' ? '\n' : mark));
}
