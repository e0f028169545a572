import { ConfigError } from '@podkit/chassis/config/config';
import { messageOf } from '@podkit/chassis/errors';
import { compileRegex, type Regex } from '../regex/bounded-regex.ts';
import { referencesOf } from '../regex/template.ts';
import type { SeriesSink } from '../sink.ts';
import type { LineOrigin } from '../tail/open-file.ts';
import type { LogMetricConfig, LogRule, LogsConfig } from './config.ts';
import type { LogCounts } from './counts.ts';
import { type Filter, filterOf } from './filter.ts';
import { csvFormat } from './formats/csv.ts';
import type { Format } from './formats/fields.ts';
import { jsonFormat } from './formats/json-lines.ts';
import { logfmtFormat } from './formats/logfmt.ts';
import { LogMetric } from './log-metric.ts';

type Rule = { regex: Regex | undefined; filter: Filter; metrics: LogMetric[]; stop: boolean };
type Options = { sink: SeriesSink; counts: LogCounts };

/** Takes lines apart and hands what they say to the metrics of the rules. */
export class LineProcessor {
  readonly #format: Format | undefined;
  readonly #rules: Rule[];
  readonly #counts: LogCounts;

  /** @throws {ConfigError} with a line per fault */
  constructor(config: LogsConfig, options: Options) {
    const faults: string[] = [];
    this.#counts = options.counts;
    if (config.multiline !== undefined && config.format === 'csv')
      throw new ConfigError([`logs ${config.name}: multiline: not for csv, whose quotes say where a record ends`]);
    this.#format = formatOf(config);
    this.#rules = config.rules.flatMap((rule, index) => {
      try {
        return [ruleOf(rule, this.#format, options)];
      } catch (error) {
        faults.push(
          ...messageOf(error)
            .split('\n')
            .map((fault) => `logs ${config.name}: rules[${index}]: ${fault}`),
        );
        return [];
      }
    });
    if (faults.length > 0) throw new ConfigError(faults);
  }

  /** The line a file begins with, where it is read from a later place. */
  firstLine(line: string, origin: LineOrigin): void {
    this.#format?.firstLine?.(line, origin);
  }

  line(line: string, origin: LineOrigin): void {
    const counts = this.#counts;
    counts.lines += 1;
    const fields = this.#format?.read(line, origin);
    if (this.#format !== undefined && fields === undefined) {
      if (!origin.atStart) counts.malformed += 1;
      return;
    }
    let matched = false;
    for (const rule of this.#rules) {
      const taken = fields ?? rule.regex?.exec(line);
      if (!taken || !rule.filter(taken)) continue;
      for (const metric of rule.metrics) if (metric.record(taken)) matched = true;
      if (rule.stop) break;
    }
    if (matched) counts.matched += 1;
  }
}

/** The format of the source's lines; undefined for regex, where each rule takes lines apart in its own way. */
function formatOf({ format, csv, rules, maxLineBytes }: LogsConfig): Format | undefined {
  if (format === 'regex') return undefined;
  const names = [...new Set(rules.flatMap((rule) => [...filterNames(rule), ...rule.metrics.flatMap(namesOf)]))];
  if (format === 'logfmt') return logfmtFormat(names);
  if (format === 'json') return jsonFormat(names);
  return csvFormat({ names, ...csv, maxRecordLength: maxLineBytes });
}

const filterNames = ({ where = {}, unless = {} }: Pick<LogRule, 'where' | 'unless'>) => [
  ...Object.keys(where),
  ...Object.keys(unless),
];

const namesOf = (metric: LogMetricConfig) => [
  ...filterNames(metric),
  ...[String(metric.value ?? ''), ...Object.values(metric.labels)].flatMap(referencesOf),
];

function ruleOf(rule: LogRule, format: Format | undefined, options: Options): Rule {
  if (format !== undefined && rule.match !== undefined)
    throw new ConfigError(['match: only for format regex; use where to choose lines']);
  if (format === undefined && rule.match === undefined) throw new ConfigError(['match: needed for format regex']);
  const compiled = rule.match === undefined ? undefined : compileRegex(rule.match);
  const names = format?.names ?? compiled?.groups ?? [];
  const unknown = [...filterNames(rule), ...rule.metrics.flatMap(namesOf)].filter((name) => !isKnown(name, names));
  if (unknown.length > 0)
    throw new ConfigError(unknown.map((name) => `$${name}: no such group; there are ${list(names)}`));
  const incomplete = rule.metrics.filter(({ type, value }) => type !== 'counter' && value === undefined);
  if (incomplete.length > 0)
    throw new ConfigError(incomplete.map(({ name, type }) => `${name}: a ${type} needs a value`));
  const metrics = rule.metrics.map((metric) => new LogMetric(metric, names, options));
  return { regex: compiled?.regex, filter: filterOf(rule, names), metrics, stop: rule.stop };
}

const isKnown = (name: string, names: readonly string[]) =>
  names.includes(name) || (/^\d+$/.test(name) && Number(name) <= names.length);
const list = (names: readonly string[]) => names.filter((name) => name !== '').join(', ') || 'none with a name';
