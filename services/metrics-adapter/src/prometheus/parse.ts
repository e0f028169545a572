import { setImmediate as nextTurn } from 'node:timers/promises';
import type { MetricType } from '../series/family.ts';
import { unescapeValue } from '../series/labels.ts';
import { parseSampleLine, type SampleLine } from './sample-line.ts';

/** What a text says of a family before its samples; `name` is as TYPE has it. */
export type FamilyMeta = { name: string; type: MetricType; help: string; unit: string };

export type Visitor = {
  /** A sample, with its family; one without metadata is its own, of unknown type. */
  sample(sample: SampleLine, family: FamilyMeta): void;
  /** A line that is none. */
  malformed(): void;
};

const types = new Set<string>([
  'counter',
  'gauge',
  'histogram',
  'gaugehistogram',
  'summary',
  'info',
  'stateset',
  'unknown',
]);
const suffixes = ['_total', '_bucket', '_sum', '_count', '_gsum', '_gcount', '_created', '_info'];
const metadata = /^#\s+(HELP|TYPE|UNIT)\s+(?:"((?:[^"\\]|\\.)*)"|(\S+))[ \t]?(.*)$/s;

/** Lines between two pauses. */
const batch = 2000;

/** Read a text of the Prometheus or OpenMetrics format, line by line, letting others run in between. */
export async function parseExposition(text: string, visitor: Visitor): Promise<void> {
  const families = new Map<string, FamilyMeta>();
  let lines = 0;
  for (let from = 0; from < text.length; ) {
    const found = text.indexOf('\n', from);
    const end = found === -1 ? text.length : found;
    const line = text.slice(from, end).trimEnd();
    from = end + 1;
    if (line.startsWith('#')) readMetadata(line, families);
    else if (line !== '') readSample(line, families, visitor);
    lines += 1;
    if (lines % batch === 0) await nextTurn();
  }
}

function readMetadata(line: string, families: Map<string, FamilyMeta>): void {
  const match = metadata.exec(line);
  if (match === null) return;
  const [, kind, quoted, plain = '', rest = ''] = match;
  const name = quoted === undefined ? plain : unescapeValue(quoted);
  const family = families.get(name) ?? { name, type: 'unknown' as MetricType, help: '', unit: '' };
  families.set(name, family);
  const word = rest.trim();
  if (kind === 'HELP') family.help = unescapeValue(rest);
  else if (kind === 'UNIT') family.unit = word;
  else family.type = types.has(word) ? (word as MetricType) : 'unknown';
}

function readSample(line: string, families: Map<string, FamilyMeta>, visitor: Visitor): void {
  const sample = parseSampleLine(line);
  if (sample === undefined) return visitor.malformed();
  const { name } = sample;
  const family = families.get(name) ?? familyBySuffix(name, families) ?? { name, type: 'unknown', help: '', unit: '' };
  return visitor.sample(sample, family);
}

function familyBySuffix(name: string, families: ReadonlyMap<string, FamilyMeta>): FamilyMeta | undefined {
  const suffix = suffixes.find((ending) => name.endsWith(ending));
  return suffix === undefined ? undefined : families.get(name.slice(0, -suffix.length));
}
