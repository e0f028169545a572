/** A label's name and value. */
export type LabelPair = readonly [name: string, value: string];

const legacyName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const needsEscape = /[\\"\n\uD800-\uDFFF]/;

/**
 * Labels as they stand between the braces of the text format: sorted by name, values escaped, empty ones left out.
 * Equal label sets give equal texts and different ones different texts, so the text is the key of a series.
 * Names that older parsers can't read are quoted: https://prometheus.io/docs/instrumenting/exposition_formats/
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

/** A label's name as it stands in the text format. */
export function quoteName(name: string): string {
  return legacyName.test(name) ? name : `"${escapeValue(name)}"`;
}

/** A label's value between its quotes. Half a surrogate pair can't be UTF-8 and becomes U+FFFD. */
export function escapeValue(value: string): string {
  if (!needsEscape.test(value)) return value;
  return value.toWellFormed().replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

/** The label pairs of a text that `labelsText` made. */
export function parseLabelsText(text: string): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  const pattern = /(?:"((?:[^"\\]|\\.)*)"|([^=,"]+))="((?:[^"\\]|\\.)*)",?/gs;
  for (const [, quoted, plain, value] of text.matchAll(pattern))
    pairs.push([plain ?? unescapeValue(quoted ?? ''), unescapeValue(value ?? '')]);
  return pairs;
}

/** The reverse of `escapeValue`; an unknown escape stays as it is. */
export function unescapeValue(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replaceAll(/\\([\\"n])/g, (_all, mark: string) => (mark === 'n' ? '\n' : mark));
}
