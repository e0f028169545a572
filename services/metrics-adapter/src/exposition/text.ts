import type { CompositePoint, Exemplar, Family, HistogramPoint, NumberPoint, SummaryPoint } from '../series/family.ts';
import { escapeValue } from '../series/labels.ts';
import { type EscapingScheme, escapeLabels, escapeName, isLegacyName } from './escaping.ts';
import { fitsExemplar } from './exemplar.ts';
import { canonicalFloat, goFloat, sampleValue } from './float.ts';
import { type NamedFamily, openMetricsNames, textNames } from './naming.ts';
import { cumulativeBuckets } from './plain-families.ts';

export type TextOptions = { openMetrics: boolean; escaping: EscapingScheme };

/** Lines in one piece: few enough not to block the event loop. */
const linesPerChunk = 512;

/**
 * The families as text, in pieces: format 0.0.4 and 1.0.0, or OpenMetrics 0.0.1 and 1.0.0 with its `# EOF`.
 *
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 * https://prometheus.io/docs/specs/om/open_metrics_spec/
 */
export function* encodeText(families: readonly Family[], options: TextOptions): Generator<string> {
  for (const named of options.openMetrics ? openMetricsNames(families) : textNames(families))
    yield* new FamilyWriter(named, options).chunks();
  if (options.openMetrics) yield '# EOF\n';
}

class FamilyWriter {
  readonly #named: NamedFamily;
  readonly #options: TextOptions;
  readonly #float: (value: number) => string;
  readonly #heads = new Map<string, { bare: string; open: string }>();

  constructor(named: NamedFamily, options: TextOptions) {
    this.#named = named;
    this.#options = options;
    this.#float = options.openMetrics ? canonicalFloat : goFloat;
  }

  *chunks(): Generator<string> {
    const { family } = this.#named;
    const composite = family.type === 'histogram' || family.type === 'gaugehistogram' || family.type === 'summary';
    yield* composite ? this.#compositeChunks() : this.#numberChunks(family.series as ReadonlyMap<string, NumberPoint>);
  }

  /** The most frequent kind, so everything that is equal in all lines is computed once. */
  *#numberChunks(series: ReadonlyMap<string, NumberPoint>): Generator<string> {
    const { escaping } = this.#options;
    const { bare, open } = this.#head(this.#named.sample);
    const isCounter = this.#named.type === 'counter';
    let text = this.#metadata();
    let lines = 0;
    for (const [key, point] of series) {
      const labels = escapeLabels(key, escaping);
      const before = labels === '' ? bare : `${open}${labels}} `;
      for (let each: NumberPoint | undefined = point, at = 0; each !== undefined; each = point.later?.[at++]) {
        const { value, timestamp, exemplar } = each;
        text += before;
        text += sampleValue(value);
        if (timestamp !== undefined) text += this.#stamp(timestamp);
        if (isCounter && exemplar !== undefined) text += this.#exemplar(exemplar);
        text += '\n';
        lines += 1;
      }
      text += this.#created(labels, point.created);
      if (lines % linesPerChunk !== 0) continue;
      yield text;
      text = '';
    }
    if (text !== '') yield text;
  }

  *#compositeChunks(): Generator<string> {
    const { family } = this.#named;
    let text = this.#metadata();
    let lines = 0;
    for (const [key, point] of family.series) {
      const labels = escapeLabels(key, this.#options.escaping);
      for (const each of [point, ...(point.later ?? [])]) {
        if ('bounds' in each) {
          text += this.#histogram(labels, each);
          lines += each.bounds.length + 3;
        } else if ('quantiles' in each) {
          text += this.#summary(labels, each);
          lines += each.quantiles.length + 2;
        }
      }
      text += this.#created(labels, point.created);
      if (lines < linesPerChunk) continue;
      yield text;
      text = '';
      lines = 0;
    }
    if (text !== '') yield text;
  }

  #metadata(): string {
    const { name, type, family } = this.#named;
    const escaped = escapeName(name, this.#options.escaping);
    const shown = isLegacyName(escaped) ? `${escaped} ` : `"${escapeValue(escaped)}" `;
    const help = family.help.toWellFormed().replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
    const unit = this.#options.openMetrics && family.unit && escaped.endsWith(`_${family.unit}`) ? family.unit : '';
    return (
      `# HELP ${shown}${this.#options.openMetrics ? help.replaceAll('"', '\\"') : help}\n# TYPE ${shown}${type}\n` +
      (unit === '' ? '' : `# UNIT ${shown}${unit}\n`)
    );
  }

  #histogram(labels: string, point: HistogramPoint): string {
    const { sample } = this.#named;
    const before = this.#beforeBound(`${sample}_bucket`, labels, 'le');
    const stamp = this.#stamp(point.timestamp);
    let text = '';
    // A native histogram without classic buckets shows only `+Inf` in text.
    const count = point.count ?? 0;
    const buckets = point.native && point.counts.length === 0 ? [[Infinity, count] as const] : cumulativeBuckets(point);
    for (const [at, [bound, value]] of buckets.entries())
      text += `${before}${this.#float(bound)}"} ${value}${stamp}${this.#exemplar(point.exemplars?.get(at))}\n`;
    return text + this.#totals(labels, point, stamp);
  }

  #summary(labels: string, point: SummaryPoint): string {
    const { sample } = this.#named;
    const before = this.#beforeBound(sample, labels, 'quantile');
    const stamp = this.#stamp(point.timestamp);
    let text = '';
    for (const [quantile, value] of point.quantiles)
      text += `${before}${this.#float(quantile)}"} ${sampleValue(value)}${stamp}\n`;
    return text + this.#totals(labels, point, stamp);
  }

  #totals(labels: string, { sum, count }: CompositePoint, stamp: string): string {
    const { suffixes } = this.#named;
    return this.#total(suffixes.sum, labels, sum, stamp) + this.#total(suffixes.count, labels, count, stamp);
  }

  #total(suffix: string, labels: string, value: number | undefined, stamp: string): string {
    if (value === undefined) return '';
    return `${this.#before(`${this.#named.sample}${suffix}`, labels)}${sampleValue(value)}${stamp}\n`;
  }

  /** The sample with the time when a series began, if its source has one. */
  #created(labels: string, milliseconds: number | undefined): string {
    const { created } = this.#named;
    if (created === undefined || milliseconds === undefined) return '';
    return `${this.#before(created, labels)}${milliseconds / 1000}\n`;
  }

  /** The text before the value of a sample. */
  #before(name: string, labels: string): string {
    const { bare, open } = this.#head(name);
    return labels === '' ? bare : `${open}${labels}} `;
  }

  /** The text before the bound of a bucket or quantile. */
  #beforeBound(name: string, labels: string, label: 'le' | 'quantile'): string {
    return `${this.#head(name).open}${labels}${labels === '' ? '' : ','}${label}="`;
  }

  /** The text before the value, without labels and with them. A name that isn't plain goes into the braces. */
  #head(name: string): { bare: string; open: string } {
    let head = this.#heads.get(name);
    if (head !== undefined) return head;
    const escaped = escapeName(name, this.#options.escaping);
    head = isLegacyName(escaped)
      ? { bare: `${escaped} `, open: `${escaped}{` }
      : { bare: `{"${escapeValue(escaped)}"} `, open: `{"${escapeValue(escaped)}",` };
    this.#heads.set(name, head);
    return head;
  }

  #stamp(milliseconds: number | undefined): string {
    if (milliseconds === undefined) return '';
    return ` ${this.#options.openMetrics ? milliseconds / 1000 : Math.round(milliseconds)}`;
  }

  #exemplar(exemplar: Exemplar | undefined): string {
    if (exemplar === undefined || !this.#options.openMetrics) return '';
    const labels = escapeLabels(exemplar.labels, this.#options.escaping);
    if (!fitsExemplar(labels)) return '';
    const stamp = exemplar.timestamp === undefined ? '' : ` ${exemplar.timestamp / 1000}`;
    return ` # {${labels}} ${sampleValue(exemplar.value)}${stamp}`;
  }
}
