export type Series = { name: string; labels: Record<string, string>; type: string; help: string; value: number };

const sample = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/;
const label = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)",?/g;

/**
 * Read at most `limit` samples of a Prometheus text exposition, without histogram buckets, which the page does not
 * show. Format: https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function readPrometheusText(text: string, limit: number): Series[] {
  const types = new Map<string, string>();
  const helps = new Map<string, string>();
  const series: Series[] = [];
  for (const line of text.split('\n')) {
    if (series.length >= limit) break;
    if (line.startsWith('#')) {
      const [, keyword, name = '', ...rest] = line.split(' ');
      if (keyword === 'TYPE') types.set(name, rest[0] ?? 'untyped');
      if (keyword === 'HELP') helps.set(name, rest.join(' ').slice(0, 200));
      continue;
    }
    const match = sample.exec(line);
    const [, name = '', labels = '', value = ''] = match ?? [];
    if (match === null || name.endsWith('_bucket')) continue;
    const number = parseNumber(value);
    if (!Number.isFinite(number)) continue;
    const family = types.has(name) ? name : name.replace(/_(sum|count|total)$/, '');
    const type = types.get(family) ?? 'untyped';
    const help = helps.get(family) ?? '';
    series.push({ name, labels: parseLabels(labels), type, help, value: number });
  }
  return series;
}

const parseNumber = (text: string): number => (text === '' ? Number.NaN : Number(text));

function parseLabels(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(label)].map(([, name = '', value = '']) => [name, unescape(value)] as const),
  );
}

const unescape = (text: string): string => text.replaceAll(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char));
