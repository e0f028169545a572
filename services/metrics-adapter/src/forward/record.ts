import { scanLogfmt } from '../logs/formats/logfmt.ts';
import { kubernetesFields } from '../tail/pod-path.ts';

export type RecordOptions = {
  source: string;
  format: 'text' | 'json' | 'logfmt';
  /** Fields that every record gets. */
  fields: Readonly<Record<string, string>>;
};

/** What is known of a line beside its text; `kubernetes` as `kubernetesFields` are. */
export type LineFacts = { path: string; readAt: Date; kubernetes?: readonly string[] | undefined };

/**
 * A line as one line of JSON: `time` (when it was read, or when the container wrote it), `source`, `path`, `kubernetes`
 * for a container's line, the fixed fields, and `message`, or what the line itself has as fields; those win. A line that
 * is not of the format is a `message`.
 */
export function formatRecord(line: string, facts: LineFacts, { source, format, fields }: RecordOptions): string {
  const own = format === 'text' ? undefined : format === 'json' ? jsonFields(line) : logfmtFields(line);
  const { time = facts.readAt.toISOString(), ...pod } = containerFields(facts.kubernetes);
  const kubernetes = facts.kubernetes === undefined ? {} : { kubernetes: pod };
  return JSON.stringify({ time, source, path: facts.path, ...kubernetes, ...fields, ...(own ?? { message: line }) });
}

/** The values that are known, by name. */
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
