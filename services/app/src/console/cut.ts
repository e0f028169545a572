const maxTextLength = 1000;
const maxEntries = 200;

/** Copy a value with long texts and lists cut. The copy says how much was cut. */
export function cut(value: unknown): unknown {
  if (typeof value === 'string') return cutText(value);
  if (Array.isArray(value)) return cutList(value.map(cut), (left) => `… cut: ${left} more`);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, part]) => [name, cut(part)] as const);
  return Object.fromEntries(cutList(entries, (left) => ['…', `cut: ${left} more`] as const));
}

function cutText(text: string): string {
  if (text.length <= maxTextLength) return text;
  return `${text.slice(0, maxTextLength)}… cut: ${text.length.toLocaleString('en')} characters in all`;
}

function cutList<T>(list: readonly T[], describeRest: (left: number) => T): T[] {
  if (list.length <= maxEntries) return [...list];
  return [...list.slice(0, maxEntries), describeRest(list.length - maxEntries)];
}
