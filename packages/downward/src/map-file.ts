import { describeError } from '@podkit/chassis/errors';
import { unquoteGo } from './go-quote.ts';

/** The labels or annotations of a Pod. A line that cannot be read is kept as it is, with the reason. */
export type MapFile = { values: Record<string, string>; errors: { line: number; raw: string; reason: string }[] };

/**
 * Read a `metadata.labels` or `metadata.annotations` file: one `key="quoted value"` per line, where a newline of the
 * value is escaped, so that a line is always a whole entry. Source: `FormatMap` in k8s.io/kubernetes/pkg/fieldpath.
 */
export function parseMapFile(text: string): MapFile {
  const file: MapFile = { values: {}, errors: [] };
  for (const [index, raw] of text.split('\n').entries()) {
    if (raw === '') continue;
    const equals = raw.indexOf('=');
    try {
      if (equals < 1) throw new Error('no key before =');
      Object.defineProperty(file.values, raw.slice(0, equals), {
        value: unquoteGo(raw.slice(equals + 1)),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    } catch (error) {
      file.errors.push({ line: index + 1, raw, reason: describeError(error) });
    }
  }
  return file;
}
