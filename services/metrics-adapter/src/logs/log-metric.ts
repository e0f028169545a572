import { isSummable } from '../numbers/gate.ts';
import { compileMoment, compileNumber, type NumberReader } from '../numbers/read-number.ts';
import { compileTemplate, type Template } from '../regex/template.ts';
import type { MetricSpec, Series, SeriesSink } from '../sink.ts';
import type { LogMetricConfig } from './config.ts';
import type { LogCounts } from './counts.ts';
import { compileFilter, type Filter } from './filter.ts';
import type { Fields } from './formats/fields.ts';
import { SeriesCache } from './series-cache.ts';

/** Maximum length of the value of a label, in characters: all series that the limits allow must fit into memory. */
const longestLabel = 1024;

/** Adds lines to a metric. */
export class LogMetric {
  readonly #config: LogMetricConfig;
  readonly #spec: MetricSpec;
  readonly #filter: Filter;
  readonly #labels: readonly { name: string; template: Template }[];
  readonly #value: Template | undefined;
  readonly #timestamp: Template | undefined;
  readonly #readNumber: NumberReader;
  readonly #readTime: NumberReader;
  readonly #values: string[];
  readonly #cache = new SeriesCache();
  readonly #sink: SeriesSink;
  readonly #counts: LogCounts;

  /** `names` are those of the fields. @throws {PodkitError} ERR_REGEX, ERR_TIME */
  constructor(
    config: LogMetricConfig,
    names: readonly string[],
    { sink, counts }: { sink: SeriesSink; counts: LogCounts },
  ) {
    this.#config = config;
    this.#spec = buildSpec(config);
    this.#filter = compileFilter(config, names);
    this.#labels = Object.entries(config.labels).map(([name, text]) => ({
      name,
      template: compileTemplate(text, names),
    }));
    this.#value = config.value === undefined ? undefined : compileTemplate(String(config.value), names);
    this.#timestamp = config.timestamp === undefined ? undefined : compileTemplate(config.timestamp, names);
    this.#readNumber = compileNumber(config);
    this.#readTime = compileMoment(config);
    this.#values = this.#labels.map(() => '');
    this.#sink = sink;
    this.#counts = counts;
  }

  /** Returns whether the line changed the metric. */
  record(fields: Fields): boolean {
    if (!this.#filter(fields)) return false;
    const value = this.#readValue(fields);
    if (!isSummable(value)) {
      this.#counts.errors.add('value');
      return false;
    }
    const { type, operation } = this.#config;
    if (type === 'counter' && value < 0) {
      this.#counts.errors.add('negative_counter');
      return false;
    }
    const series = this.#series(fields);
    if (series === undefined) {
      this.#counts.conflicts.add(this.#spec.name);
      return false;
    }
    if (type === 'histogram' || type === 'summary') series.observe(value, 1);
    else if (type === 'counter' || operation === 'add') series.add(value, this.#readTimestamp(fields));
    else series.set(value, this.#readTimestamp(fields));
    return true;
  }

  /** The time of the line in milliseconds; undefined without one. */
  #readTimestamp(fields: Fields): number | undefined {
    if (this.#timestamp === undefined) return undefined;
    const time = this.#readTime(renderText(fields, this.#timestamp));
    if (time === undefined) this.#counts.errors.add('timestamp');
    return time;
  }

  #readValue(fields: Fields): number {
    if (this.#value === undefined) return this.#config.scale;
    return this.#readNumber(renderText(fields, this.#value)) ?? Number.NaN;
  }

  #series(fields: Fields): Series | undefined {
    const values = this.#values;
    for (let at = 0; at < values.length; at += 1) {
      const template = this.#labels[at]?.template;
      const value = template === undefined ? '' : renderText(fields, template);
      values[at] = value.length > longestLabel ? value.slice(0, longestLabel).toWellFormed() : value;
    }
    const known = this.#cache.get(values);
    if (known !== undefined && !known.expired) return known;
    // An empty label is no label.
    const pairs = this.#labels.map(({ name }, at): [string, string] => [name, values[at] ?? '']);
    const series = this.#sink.series(this.#spec, new Map(pairs.filter(([, value]) => value !== '')));
    if (series !== undefined) this.#cache.set(values, series);
    return series;
  }
}

const renderText = (fields: Fields, template: Template): string =>
  template.only === undefined ? template.render(fields) : (fields[template.only] ?? '');

function buildSpec({ name, help, type, ttl, buckets, nativeFactor, quantiles, maxAge }: LogMetricConfig): MetricSpec {
  const shared = { name, help, ttl };
  if (type === 'histogram') return { ...shared, type, buckets: buckets.toSorted((a, b) => a - b), nativeFactor };
  if (type !== 'summary') return { ...shared, type };
  const objectives = quantiles.map((quantile) => ({ quantile, error: 0.01 }));
  return { ...shared, type, quantiles: objectives, maxAge, ageBuckets: 5 };
}
