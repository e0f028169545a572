import type { LabelPair } from '../series/labels.ts';
import { unescapeValue } from '../series/labels.ts';

/** One line of the text formats taken apart. `timestamp` is as written: milliseconds, or seconds in OpenMetrics. */
export type SampleLine = {
  name: string;
  labels: LabelPair[];
  value: number;
  timestamp?: number;
  exemplar?: { labels: LabelPair[]; value: number; timestamp?: number };
};

const plainName = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const pair = /\s*(?:"((?:[^"\\]|\\.)*)"|([a-zA-Z_][a-zA-Z0-9_]*))\s*(?:=\s*"((?:[^"\\]|\\.)*)")?\s*(,|(?=\}))/suy;
const numbers = /^\s*([^\s#]+)(?:\s+([^\s#]+))?\s*(?:#\s*(.*))?$/s;

/**
 * Take a sample's line apart, with names in quotes where they are; undefined where it is none.
 *
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function parseSampleLine(line: string): SampleLine | undefined {
  plainName.lastIndex = 0;
  let name = plainName.exec(line)?.[0] ?? '';
  let at = name.length;
  let labels: LabelPair[] = [];
  while (line[at] === ' ' || line[at] === '\t') at += 1;
  if (line[at] === '{') {
    const read = readLabels(line, at + 1);
    if (read === undefined || (name !== '' && read.name !== undefined)) return undefined;
    name ||= read.name ?? '';
    ({ labels, at } = read);
  }
  const rest = numbers.exec(line.slice(at));
  if (name === '' || rest === null) return undefined;
  const [, value = '', stamp, tail] = rest;
  const sample: SampleLine = { name, labels, value: parseFloatText(value) ?? Number.NaN };
  if (parseFloatText(value) === undefined) return undefined;
  if (stamp !== undefined) {
    const timestamp = parseFloatText(stamp);
    if (timestamp === undefined) return undefined;
    sample.timestamp = timestamp;
  }
  const exemplar = tail === undefined ? undefined : readExemplar(tail);
  return exemplar === undefined ? sample : { ...sample, exemplar };
}

function readLabels(line: string, from: number): { labels: LabelPair[]; name?: string; at: number } | undefined {
  const labels: LabelPair[] = [];
  let name: string | undefined;
  let at = from;
  for (;;) {
    while (line[at] === ' ') at += 1;
    if (line[at] === '}') return { labels, ...(name === undefined ? {} : { name }), at: at + 1 };
    pair.lastIndex = at;
    const match = pair.exec(line);
    if (match === null) return undefined;
    const [all, quoted, plain, value] = match;
    const key = plain ?? unescapeValue(quoted ?? '');
    if (value !== undefined) labels.push([key, unescapeValue(value)]);
    else if (quoted !== undefined && name === undefined) name = key;
    else return undefined;
    at += all.length;
  }
}

function readExemplar(text: string): SampleLine['exemplar'] {
  if (!text.startsWith('{')) return undefined;
  const read = readLabels(text, 1);
  const rest = read === undefined ? null : numbers.exec(text.slice(read.at));
  const value = parseFloatText(rest?.[1] ?? '');
  if (read === undefined || value === undefined) return undefined;
  const timestamp = rest?.[2] === undefined ? undefined : parseFloatText(rest[2]);
  return { labels: read.labels, value, ...(timestamp === undefined ? {} : { timestamp }) };
}

/** A float as Prometheus writes it; undefined where it is none. */
function parseFloatText(text: string): number | undefined {
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) return Number(text);
  const word = text.toLowerCase();
  if (word === 'nan') return Number.NaN;
  if (/^\+?inf(inity)?$/.test(word)) return Number.POSITIVE_INFINITY;
  return /^-inf(inity)?$/.test(word) ? Number.NEGATIVE_INFINITY : undefined;
}
