import { parseFloatText } from '../numbers/float-text.ts';
import { isTimestamp } from '../numbers/gate.ts';
import { type LabelPair, unescapeValue } from '../series/labels.ts';

/** The parts of a line in the text formats. Timestamps are milliseconds since the epoch. */
export type SampleLine = {
  name: string;
  labels: LabelPair[];
  value: number;
  timestamp?: number;
  exemplar?: { labels: LabelPair[]; value: number; timestamp?: number };
};

/** Why a line is refused. */
export type LineRefusal = 'malformed_line' | 'duplicate_label' | 'reserved_label' | 'timestamp' | 'native_histogram';

const tab = 9;
const space = 32;
const quote = 34;
const hash = 35;
const comma = 44;
const equals = 61;
const backslash = 92;
const open = 123;
const close = 125;

/** Thrown where a line is refused. */
class Refused extends Error {
  readonly reason: LineRefusal;

  constructor(reason: LineRefusal) {
    super(reason);
    this.reason = reason;
  }
}

/**
 * Parse the line of a sample. Each character is read once.
 * `unit` is the milliseconds of a timestamp of 1: 1 in the text format, 1000 in OpenMetrics.
 *
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function parseSampleLine(line: string, unit: 1 | 1000 = 1): SampleLine | LineRefusal {
  try {
    return new LineScanner(line, unit).sample();
  } catch (error) {
    if (error instanceof Refused) return error.reason;
    throw error;
  }
}

class LineScanner {
  readonly #line: string;
  readonly #unit: number;
  #at = 0;

  constructor(line: string, unit: number) {
    this.#line = line;
    this.#unit = unit;
  }

  sample(): SampleLine {
    this.#blanks();
    let name = this.#plainName(true);
    let labels: LabelPair[] = [];
    this.#blanks();
    if (this.#code() === open) {
      const read = this.#labels();
      if (name !== '' && read.name !== undefined) return refuse();
      name ||= read.name ?? '';
      labels = read.labels;
    }
    if (name === '') return refuse();
    const { value, timestamp } = this.#numbers();
    const exemplar = this.#code() === hash ? this.#exemplar() : undefined;
    if (this.#at < this.#line.length) return refuse();
    return {
      name,
      labels,
      value,
      ...(timestamp === undefined ? {} : { timestamp }),
      ...(exemplar === undefined ? {} : { exemplar }),
    };
  }

  #exemplar(): NonNullable<SampleLine['exemplar']> {
    this.#at += 1;
    this.#blanks();
    if (this.#code() !== open) return refuse();
    const { labels, name } = this.#labels();
    if (name !== undefined) return refuse();
    const { value, timestamp } = this.#numbers();
    return { labels, value, ...(timestamp === undefined ? {} : { timestamp }) };
  }

  /** A value and an optional timestamp. */
  #numbers(): { value: number; timestamp: number | undefined } {
    const value = parseFloatText(this.#word());
    if (value === undefined) return refuse();
    const code = this.#code();
    if (this.#at >= this.#line.length || code === hash) return { value, timestamp: undefined };
    const timestamp = parseFloatText(this.#word());
    if (timestamp === undefined) return refuse();
    if (!isTimestamp(timestamp * this.#unit)) throw new Refused('timestamp');
    return { value, timestamp: timestamp * this.#unit };
  }

  /** The labels between the braces. A quoted name without a value is that of the metric. */
  #labels(): { labels: LabelPair[]; name: string | undefined } {
    const labels: LabelPair[] = [];
    const names = new Set<string>();
    let name: string | undefined;
    this.#at += 1;
    for (;;) {
      this.#blanks();
      if (this.#code() === close) break;
      const quoted = this.#code() === quote;
      const key = quoted ? this.#quoted() : this.#plainName(false);
      if (key === '') return refuse();
      this.#blanks();
      if (this.#code() === equals) {
        this.#at += 1;
        this.#blanks();
        if (key === '__name__') throw new Refused('reserved_label');
        if (names.has(key)) throw new Refused('duplicate_label');
        names.add(key);
        labels.push([key, this.#quoted()]);
        this.#blanks();
      } else if (quoted && name === undefined) name = key;
      else return refuse();
      if (this.#code() === comma) this.#at += 1;
      else if (this.#code() !== close) return refuse();
    }
    this.#at += 1;
    return { labels, name };
  }

  /** A name without quotes; '' if there is none. Only names of metrics may have colons. */
  #plainName(colons: boolean): string {
    const start = this.#at;
    while (isNameCode(this.#code(), colons, this.#at === start)) this.#at += 1;
    return this.#line.slice(start, this.#at);
  }

  #quoted(): string {
    if (this.#code() !== quote) return refuse();
    const start = this.#at + 1;
    let at = start;
    for (let code = this.#line.charCodeAt(at); code !== quote; code = this.#line.charCodeAt(at)) {
      at += code === backslash ? 2 : 1;
      if (at >= this.#line.length) return refuse();
    }
    this.#at = at + 1;
    return unescapeValue(this.#line.slice(start, at));
  }

  /** The characters up to the next blank. Skips the blanks after them. */
  #word(): string {
    this.#blanks();
    const start = this.#at;
    for (let code = this.#code(); code > space && code !== hash; code = this.#code()) this.#at += 1;
    const word = this.#line.slice(start, this.#at);
    this.#blanks();
    return word;
  }

  #blanks(): void {
    while (this.#code() === space || this.#code() === tab) this.#at += 1;
  }

  /** The current character; NaN at the end. */
  #code(): number {
    return this.#line.charCodeAt(this.#at);
  }
}

function refuse(): never {
  throw new Refused('malformed_line');
}

function isNameCode(code: number, colons: boolean, first: boolean): boolean {
  if ((code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95) return true;
  return code === 58 ? colons : !first && code >= 48 && code <= 57;
}
