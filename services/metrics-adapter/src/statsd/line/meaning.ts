import { escapeStatsdName } from './escape.ts';
import { parseDecimal } from './number.ts';

export type TagStyles = { dogstatsd: boolean; influxdb: boolean; librato: boolean; signalfx: boolean };

export type SampleKind = 'counter' | 'gauge' | 'observer' | 'set';

/** The meaning of a sample's head and tail: everything but its value. */
export type Meaning = {
  name: string;
  kind: SampleKind;
  labels: Map<string, string>;
  /** Factor for the value: 1/1000 for `ms`, since Prometheus uses seconds; 1/rate for a counter. */
  factor: number;
  /** Number of observations that the value stands for. */
  weight: number;
  /** Parts that were left out. The sample counts nevertheless. */
  errors: SampleError[];
};

export type SampleError = 'tag' | 'invalid_sample_factor' | 'unknown_component';
export type SampleRefusal =
  | 'malformed_line'
  | 'mixed_tagging_styles'
  | 'malformed_component'
  | 'malformed_container_id'
  | 'too_long'
  | 'illegal_event';

const kindsByType = new Map<string, Pick<Meaning, 'kind' | 'factor'>>([
  ['c', { kind: 'counter', factor: 1 }],
  // Etsy's servers have `m` for a meter, which counts like a counter.
  ['m', { kind: 'counter', factor: 1 }],
  ['g', { kind: 'gauge', factor: 1 }],
  ['ms', { kind: 'observer', factor: 1 / 1000 }],
  ['h', { kind: 'observer', factor: 1 }],
  ['d', { kind: 'observer', factor: 1 }],
  ['s', { kind: 'set', factor: 1 }],
]);

/** A lower rate is a mistake or an attack: one sample would stand for more than a billion. */
const lowestRate = 1e-9;

/** Maximum bytes of a name with its tags: all series that the limits allow must fit into memory. */
const longestSample = 4096;

/**
 * Parse the head and the tail of a sample (latin1, from `readPacket`), or return why it is refused. An error in one tag
 * or field costs only that tag or field.
 */
export function parseMeaning(head: string, tail: string, styles: TagStyles): Meaning | SampleRefusal {
  if (head.length + tail.length > longestSample) return 'too_long';
  const name = decode(head);
  const fields = decode(tail);
  if (name === undefined || fields === undefined) return 'malformed_line';
  const [type = '', ...components] = fields.split('|');
  const kind = kindsByType.get(type);
  if (kind === undefined) return 'illegal_event';
  if (components.includes('')) return 'malformed_component';
  const meaning: Meaning = { name, ...kind, labels: new Map(), weight: 1, errors: [] };
  meaning.name = readNameTags(meaning, styles);
  if (meaning.name === '') return 'malformed_line';
  if (meaning.labels.size > 0 && components.some((component) => component.startsWith('#')))
    return 'mixed_tagging_styles';
  for (const component of components) {
    const refusal = readComponent(component, meaning, styles);
    if (refusal !== undefined) return refusal;
  }
  return meaning;
}

/** Decode bytes in a latin1 text as UTF-8; undefined if they aren't UTF-8. */
function decode(latin1: string): string | undefined {
  if (!/[\x80-\xff]/.test(latin1)) return latin1;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(latin1, 'latin1'));
  } catch {
    return undefined;
  }
}

function readComponent(component: string, meaning: Meaning, styles: TagStyles): SampleRefusal | undefined {
  if (component.startsWith('@')) {
    applyRate(component, meaning);
  } else if (component.startsWith('#')) {
    if (styles.dogstatsd) for (const tag of splitTags(component.slice(1))) readTag(tag.replace(/^#/, ''), ':', meaning);
  } else if (component.startsWith('c:')) {
    if (component.length === 2) return 'malformed_container_id';
    meaning.labels.set('container_id', component.slice(2));
  } else if (!/^(?:T\d+$|e:|card:)/.test(component)) {
    // T is the sender's time, which a scrape doesn't need. e: and card: are for the Datadog Agent.
    meaning.errors.push('unknown_component');
  }
  return undefined;
}

function applyRate(component: string, meaning: Meaning): void {
  const rate = parseDecimal(component, 1, component.length);
  if (!(rate >= lowestRate && rate <= 1)) meaning.errors.push('invalid_sample_factor');
  else if (meaning.kind === 'counter') meaning.factor /= rate;
  else if (meaning.kind === 'observer') meaning.weight = Math.round(1 / rate);
}

/** Take the tags out of a name (SignalFX in brackets, Librato after #, InfluxDB after a comma) and return the rest. */
function readNameTags(meaning: Meaning, styles: TagStyles): string {
  const { name } = meaning;
  const open = name.indexOf('[');
  const close = name.indexOf(']');
  if (styles.signalfx && (open !== -1 || close !== -1)) {
    if (open === -1 || close < open) {
      meaning.errors.push('tag');
      return name;
    }
    readTags(name.slice(open + 1, close), meaning);
    return name.slice(0, open) + name.slice(close + 1);
  }
  const marks = [styles.librato ? name.indexOf('#') : -1, styles.influxdb ? name.indexOf(',') : -1];
  const mark = Math.min(...marks.filter((index) => index !== -1));
  if (mark === Number.POSITIVE_INFINITY) return name;
  readTags(name.slice(mark + 1), meaning);
  return name.slice(0, mark);
}

function readTags(tags: string, meaning: Meaning): void {
  for (const tag of splitTags(tags)) readTag(tag, '=', meaning);
}

/** Split tags at commas. As in statsd_exporter the list may end with a comma; other empty tags are errors. */
function splitTags(tags: string): string[] {
  const split = tags.split(',');
  return split.at(-1) === '' ? split.slice(0, -1) : split;
}

function readTag(tag: string, separator: string, { labels, errors }: Meaning): void {
  const split = tag.indexOf(separator);
  if (split < 1 || split === tag.length - 1) errors.push('tag');
  else labels.set(toLabelName(tag.slice(0, split)), tag.slice(split + 1));
}

/** Prometheus reserves names with two leading underscores: the tag `__name__` would rename the metric. */
function toLabelName(key: string): string {
  const name = escapeStatsdName(key);
  return name.startsWith('__') ? `exported_${name}` : name;
}
