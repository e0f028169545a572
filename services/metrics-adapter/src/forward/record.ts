import { scanLogfmt } from '../logs/formats/logfmt.ts';
import { kubernetesFields } from '../tail/pod-path.ts';

export type RecordOptions = {
  source: string;
  format: 'text' | 'json' | 'logfmt';
  /** Fields that every record gets. */
  fields: Readonly<Record<string, string>>;
};

/** The facts about a line other than its text; `kubernetes` has the values of `kubernetesFields`. */
export type LineFacts = { path: string; readAt: Date; kubernetes?: readonly string[] | undefined };

/**
 * A line as one line of JSON: `time` (when it was read, or when the container wrote it), `source`, `path`, `kubernetes`
 * for a container's line, the fixed fields, and the line's own fields, which win, or `message`. A line that doesn't have
 * the format becomes a `message`.
 */
export function formatRecord(line: string, facts: LineFacts, { source, format, fields }: RecordOptions): string {
  const own = format === 'text' ? undefined : format === 'json' ? jsonFields(line) : logfmtFields(line);
  const { time = facts.readAt.toISOString(), ...pod } = containerFields(facts.kubernetes);
  const kubernetes = facts.kubernetes === undefined ? {} : { kubernetes: pod };
  const record = { time, source, path: facts.path, ...kubernetes, ...fields };
  const message = { message: line };
  try {
    return JSON.stringify({ ...record, ...(own ?? message) });
  } catch {
    // JSON that is nested too deeply to be written.
    return JSON.stringify({ ...record, ...message });
  }
}

/** The known values by name. */
function containerFields(values: readonly string[] = []): Partial<Record<(typeof kubernetesFields)[number], string>> {
  const pairs = kubernetesFields.map((name, at) => [name, values[at]] as const);
  return Object.fromEntries(pairs.filter(([, value]) => value !== undefined && value !== ''));
}

function jsonFields(line: string): object | undefined {
  if (!line.trimStart().startsWith('{')) return undefined;
  try {
    return JSON.parse(line, exact) as object;
  } catch {
    return undefined;
  }
}

/** Numbers keep their text, even if a double can't hold them. */
function exact(this: unknown, _key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || context?.source === undefined || String(value) === context.source) return value;
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(context.source);
}

function logfmtFields(line: string): object | undefined {
  const pairs: [string, string][] = [];
  scanLogfmt(line, (key, value) => pairs.push([key, value]));
  return line.includes('=') && pairs.length > 0 ? Object.fromEntries(pairs) : undefined;
}
