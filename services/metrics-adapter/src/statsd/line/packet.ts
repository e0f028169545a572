import { parseDecimal } from './number.ts';

/** Receives the parts of a packet. Texts are latin1, one character per byte, so that nothing is decoded twice. */
export type PacketReader = {
  /**
   * One sample. `head` is the text before the first colon (the name, with tags in some styles), `tail` the text after the
   * value's `|` (type, rate, tags). All samples of a series have the same head and tail. `signed` means a leading + or -,
   * which makes the value of a gauge relative.
   */
  sample(head: string, tail: string, value: number, signed: boolean): void;
  /** One sample of a set; `member` is any text. */
  member(head: string, tail: string, member: string): void;
  /** A value that is not a finite decimal number; `raw` is its text. */
  oddValue(head: string, tail: string, raw: string): void;
  /** A line that isn't StatsD. */
  malformed(reason: 'malformed_line' | 'not_enough_parts_after_colon', line: string): void;
  /** A DogStatsD event or service check, which carries no sample. */
  ignored(kind: 'event' | 'service_check'): void;
  /** A whole line, before it is read. */
  line?(start: number, end: number): void;
};

const carriageReturn = 13;
const colon = 58;
const pipe = 124;
const at = 64;
const underscore = 95;
const setType = 115;

/**
 * Read the lines of a packet: `name:value|type[|@rate][|#tags][|c:id][|T time][|e:data][|card:level]`, several values
 * packed as `name:1:2:3|ms` (not of a set, whose values are texts), several samples as `name:1|c:2|ms`.
 * Formats: https://github.com/statsd/statsd/blob/master/docs/metric_types.md and
 * https://docs.datadoghq.com/extend/dogstatsd/datagram_shell
 */
export function readPacket(text: string, reader: PacketReader): void {
  let start = 0;
  while (start < text.length) {
    let end = text.indexOf('\n', start);
    if (end === -1) end = text.length;
    const stop = text.charCodeAt(end - 1) === carriageReturn ? end - 1 : end;
    if (stop > start) readLine(text, start, stop, reader);
    start = end + 1;
  }
}

function readLine(text: string, start: number, end: number, reader: PacketReader): void {
  reader.line?.(start, end);
  if (text.charCodeAt(start) === underscore && readOther(text, start, reader)) return;
  const nameEnd = find(text, colon, start, end);
  if (nameEnd === start || nameEnd === end) return reader.malformed('malformed_line', text.slice(start, end));
  const head = text.slice(start, nameEnd);
  let position = nameEnd + 1;
  while (position <= end) {
    const bar = find(text, pipe, position, end);
    if (bar === end) return reader.malformed('not_enough_parts_after_colon', text.slice(start, end));
    const next = sampleEnd(text, bar + 1, end);
    const tail = text.slice(bar + 1, next);
    if (isSet(tail)) reader.member(head, tail, text.slice(position, bar));
    else readValues(text, position, bar, head, tail, reader);
    if (next === end) return undefined;
    position = next + 1;
  }
  return undefined;
}

const isSet = (tail: string) => tail.charCodeAt(0) === setType && (tail.length === 1 || tail.charCodeAt(1) === pipe);

/** Like indexOf, but never searches beyond `end`: with many broken lines that would be quadratic. */
function find(text: string, code: number, start: number, end: number): number {
  let index = start;
  while (index < end && text.charCodeAt(index) !== code) index += 1;
  return index;
}

function readOther(text: string, start: number, reader: PacketReader): boolean {
  const kind = text.startsWith('_e{', start) ? 'event' : text.startsWith('_sc|', start) ? 'service_check' : undefined;
  if (kind !== undefined) reader.ignored(kind);
  return kind !== undefined;
}

/**
 * The end of the sample whose type begins at `position`: a colon right after the type or a rate, since the value of the
 * next sample follows there; otherwise the end of the line, since tags and other fields may contain colons.
 */
function sampleEnd(text: string, position: number, end: number): number {
  let index = position;
  for (;;) {
    let code = 0;
    while (index < end) {
      code = text.charCodeAt(index);
      if (code === pipe || code === colon) break;
      index += 1;
    }
    if (index === end || code === colon) return index;
    if (text.charCodeAt(index + 1) !== at) return end;
    index += 2;
  }
}

function readValues(text: string, start: number, end: number, head: string, tail: string, reader: PacketReader): void {
  let position = start;
  while (position <= end) {
    const stop = find(text, colon, position, end);
    const value = parseDecimal(text, position, stop);
    const sign = text.charCodeAt(position);
    if (value === value) reader.sample(head, tail, value, sign === 43 || sign === 45);
    else reader.oddValue(head, tail, text.slice(position, stop));
    position = stop + 1;
  }
}
