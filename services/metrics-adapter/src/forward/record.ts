import { scanLogfmt } from '../logs/formats/logfmt.ts';

export type RecordOptions = {
  source: string;
  format: 'text' | 'json' | 'logfmt';
  /** Fields that every record gets. */
  fields: Readonly<Record<string, string>>;
};

/**
 * A line as one line of JSON: `time` (when it was read), `source`, `path`, the fixed fields, and `message`, or what
 * the line itself has as fields; those win. A line that is not of the format is a `message`.
 */
export function recordOf(line: string, path: string, time: Date, { source, format, fields }: RecordOptions): string {
  const own = format === 'text' ? undefined : format === 'json' ? jsonFields(line) : logfmtFields(line);
  return JSON.stringify({ time: time.toISOString(), source, path, ...fields, ...(own ?? { message: line }) });
}

function jsonFields(line: string): object | undefined {
  if (!line.trimStart().startsWith('{')) return undefined;
  try {
    return JSON.parse(line, exact) as object;
  } catch {
    return undefined;
  }
}

/** Numbers stay as they were written, also where a double can't hold them. */
function exact(this: unknown, _key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || context?.source === undefined || String(value) === context.source) return value;
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(context.source);
}

function logfmtFields(line: string): object | undefined {
  const pairs: [string, string][] = [];
  scanLogfmt(line, (key, value) => pairs.push([key, value]));
  return line.includes('=') && pairs.length > 0 ? Object.fromEntries(pairs) : undefined;
}
