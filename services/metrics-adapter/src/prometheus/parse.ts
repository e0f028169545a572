import { FetchError } from '../fetch/errors.ts';
import { unescapeValue } from '../series/labels.ts';
import { Slices } from '../slices.ts';
import { type FamilyMeta, familyFor, isMetricType } from './family-meta.ts';
import { type LineRefusal, parseSampleLine, type SampleLine } from './sample-line.ts';

export type Visitor = {
  /** A sample with its family. Without metadata that has the name of the sample and the type unknown. */
  sample(sample: SampleLine, family: FamilyMeta): void;
  /** A line that is left out. */
  refused(reason: LineRefusal): void;
  /** Memory in bytes that metadata takes. May throw to end the reading. */
  spend(bytes: number): void;
};

/** Estimated bytes of metadata without its line. */
const bytesPerMetadata = 250;
/** Lines between two checks of the clock. */
const linesPerCheck = 200;

const metadata = /^#[ \t]+(HELP|TYPE|UNIT)[ \t]+(?:"((?:[^"\\]|\\.)*)"|([^ \t"]+))[ \t]?(.*)$/s;

/**
 * Read a text in Prometheus' format or OpenMetrics line by line, with pauses.
 *
 * @throws {FetchError} parse if OpenMetrics does not end with `# EOF`, since the rest is missing
 */
export async function parseExposition(text: string, openMetrics: boolean, visitor: Visitor): Promise<void> {
  const families = new Map<string, FamilyMeta>();
  const slices = new Slices();
  let ended = false;
  let lines = 0;
  for (let from = 0; from < text.length; ) {
    const found = text.indexOf('\n', from);
    const end = found === -1 ? text.length : found;
    const line = readLine(text, from, end);
    from = end + 1;
    if (ended) visitor.refused('malformed_line');
    else if (line === '# EOF' && openMetrics) ended = true;
    else if (line.startsWith('#')) readMetadata(line, { families, openMetrics, visitor });
    else if (line !== '') readSample(line, { families, openMetrics, visitor });
    lines += 1;
    if (lines % linesPerCheck === 0 && slices.over) await slices.pause();
  }
  if (openMetrics && !ended)
    throw new FetchError('parse', 'the response is incomplete: OpenMetrics must end with "# EOF"');
}

/** A trimmed line; the text format allows blanks around it. */
function readLine(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && text.charCodeAt(start) <= 32) start += 1;
  while (end > start && text.charCodeAt(end - 1) <= 32) end -= 1;
  return text.slice(start, end);
}

function readMetadata(line: string, { families, openMetrics, visitor }: LineContext): void {
  const match = metadata.exec(line);
  if (match === null) return;
  visitor.spend(bytesPerMetadata + 2 * line.length);
  const [, kind, quoted, plain = '', rest = ''] = match;
  if (kind === 'UNIT' && !openMetrics) return;
  const name = quoted === undefined ? plain : unescapeValue(quoted);
  const family = families.get(name) ?? { name, type: 'unknown' as const, help: '', unit: '' };
  families.set(name, family);
  const word = rest.trim();
  if (kind === 'HELP') family.help = openMetrics ? unescapeValue(rest) : unescapeHelp(rest);
  else if (kind === 'UNIT') family.unit = word;
  else family.type = isMetricType(word) ? word : 'unknown';
}

/** The HELP of the text format, which doesn't escape quotes. */
function unescapeHelp(text: string): string {
  return text.replaceAll(/\\([\\n])/g, (_all, mark: string) => (mark === 'n' ? '\n' : mark));
}

type LineContext = { families: Map<string, FamilyMeta>; openMetrics: boolean; visitor: Visitor };

function readSample(line: string, { families, openMetrics, visitor }: LineContext): void {
  const sample = parseSampleLine(line, openMetrics ? 1000 : 1);
  if (typeof sample === 'string') return visitor.refused(sample);
  const { name } = sample;
  const family = familyFor(name, families, openMetrics) ?? { name, type: 'unknown', help: '', unit: '' };
  return visitor.sample(sample, family);
}
