import { type EscapingScheme, escapingSchemes } from './escaping.ts';

export type ExpositionFormat =
  | { kind: 'text'; version: '0.0.4' | '1.0.0'; escaping: EscapingScheme }
  | { kind: 'openmetrics'; version: '0.0.1' | '1.0.0'; escaping: EscapingScheme }
  | { kind: 'protobuf'; escaping: EscapingScheme };

const protobufType = 'application/vnd.google.protobuf';
const fallback: ExpositionFormat = { kind: 'text', version: '0.0.4', escaping: 'underscores' };

type Accepted = { type: string; parameters: ReadonlyMap<string, string>; quality: number };

/**
 * The supported format with the highest quality in Accept, or text 0.0.4 if there is none. At equal quality the first in
 * the header wins. https://prometheus.io/docs/instrumenting/content_negotiation/
 */
export function negotiateFormat(accept: string | undefined): ExpositionFormat {
  const accepted = (accept ?? '')
    .split(',')
    .map(parseAccepted)
    .filter(({ quality }) => quality > 0);
  for (const one of accepted.toSorted((a, b) => b.quality - a.quality)) {
    const format = findFormat(one);
    if (format !== undefined) return format;
  }
  return fallback;
}

/** The Content-Type that names a format; Prometheus 3 refuses a response without one. */
export function contentType(format: ExpositionFormat): string {
  if (format.kind === 'protobuf')
    return `${protobufType}; proto=io.prometheus.client.MetricFamily; encoding=delimited; escaping=${format.escaping}`;
  const escaping = format.version === '1.0.0' ? `; escaping=${format.escaping}` : '';
  const type = format.kind === 'text' ? 'text/plain' : 'application/openmetrics-text';
  return `${type}; version=${format.version}; charset=utf-8${escaping}`;
}

function parseAccepted(text: string): Accepted {
  const [type = '', ...rest] = text.split(';').map((part) => part.trim());
  const parameters = new Map(
    rest.map((part): [string, string] => {
      const [name = '', value = ''] = part.split('=', 2);
      return [name.trim().toLowerCase(), value.trim().replaceAll('"', '')];
    }),
  );
  const quality = Number(parameters.get('q') ?? 1);
  return { type: type.toLowerCase(), parameters, quality: quality >= 0 && quality <= 1 ? quality : 0 };
}

function findFormat({ type, parameters }: Accepted): ExpositionFormat | undefined {
  const version = parameters.get('version');
  const escaping = escapingSchemes.find((scheme) => scheme === parameters.get('escaping')) ?? 'underscores';
  if (type === 'text/plain' || type === 'text/*' || type === '*/*') {
    if (version === '1.0.0') return { kind: 'text', version, escaping };
    return version === undefined || version === '0.0.4' ? fallback : undefined;
  }
  if (type === 'application/openmetrics-text') {
    if (version === '1.0.0') return { kind: 'openmetrics', version, escaping };
    return version === undefined || version === '0.0.1'
      ? { kind: 'openmetrics', version: '0.0.1', escaping: 'underscores' }
      : undefined;
  }
  const isFamilies = (parameters.get('proto') ?? '') === 'io.prometheus.client.MetricFamily';
  const isDelimited = (parameters.get('encoding') ?? 'delimited') === 'delimited';
  return type === protobufType && isFamilies && isDelimited ? { kind: 'protobuf', escaping } : undefined;
}

const encodings = ['zstd', 'gzip'] as const;
export type ContentCoding = (typeof encodings)[number] | 'identity';

/** The compression that a client accepts with the highest quality; at equal quality zstd before gzip. */
export function negotiateCoding(accept: string | undefined): ContentCoding {
  const accepted = new Map(
    (accept ?? '')
      .split(',')
      .map(parseAccepted)
      .map(({ type, quality }) => [type, quality]),
  );
  let best: ContentCoding = 'identity';
  let bestQuality = 0;
  for (const coding of encodings) {
    const quality = accepted.get(coding) ?? accepted.get('*') ?? 0;
    if (quality <= bestQuality) continue;
    best = coding;
    bestQuality = quality;
  }
  return best;
}
