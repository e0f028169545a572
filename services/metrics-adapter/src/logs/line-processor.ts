import { ConfigError } from '@podkit/chassis/config/config';
import { describeError } from '@podkit/chassis/errors';
import { compileRegex, type Regex } from '../regex/bounded-regex.ts';
import { findReferences } from '../regex/template.ts';
import { typeLabels } from '../series/family.ts';
import type { SeriesSink } from '../sink.ts';
import type { LineOrigin } from '../tail/open-file.ts';
import { kubernetesFields } from '../tail/pod-path.ts';
import type { LogMetricConfig, LogRule, LogsConfig } from './config.ts';
import type { LogCounts } from './counts.ts';
import { compileFilter, type Filter } from './filter.ts';
import { csvFormat } from './formats/csv.ts';
import type { LineFormat } from './formats/fields.ts';
import { jsonFormat } from './formats/json-lines.ts';
import { logfmtFormat } from './formats/logfmt.ts';
import { LogMetric } from './log-metric.ts';

const kubernetesNames: readonly string[] = kubernetesFields.map((name) => `kubernetes.${name}`);

type CompiledRule = { regex: Regex | undefined; filter: Filter; metrics: LogMetric[]; stop: boolean };
type ProcessorOptions = { sink: SeriesSink; counts: LogCounts };

/** Splits lines into fields and passes them to the metrics of the rules. */
export class LineProcessor {
  readonly #format: LineFormat | undefined;
  readonly #rules: CompiledRule[];
  readonly #counts: LogCounts;

  /** @throws {ConfigError} with a line per error */
  constructor(config: LogsConfig, options: ProcessorOptions) {
    const errors: string[] = [];
    this.#counts = options.counts;
    if (config.multiline !== undefined && config.format === 'csv')
      throw new ConfigError([`logs ${config.name}: multiline: not for csv, where quotes end a record`]);
    if (config.cri && config.format === 'csv' && config.csv.columns === undefined)
      throw new ConfigError([`logs ${config.name}: csv.columns: needed with cri, since container logs have no header`]);
    this.#format = compileFormat(config);
    this.#rules = config.rules.flatMap((rule, index) => {
      try {
        return [compileLogRule(rule, this.#format, { ...options, more: config.cri ? kubernetesNames : [] })];
      } catch (error) {
        errors.push(
          ...describeError(error)
            .split('\n')
            .map((line) => `logs ${config.name}: rules[${index}]: ${line}`),
        );
        return [];
      }
    });
    if (errors.length > 0) throw new ConfigError(errors);
  }

  /** The first line of a file that is read from a later position. */
  firstLine(line: string, origin: LineOrigin): void {
    this.#format?.firstLine?.(line, origin);
  }

  /** A line that no container runtime wrote. */
  malformed(): void {
    this.#counts.lines += 1;
    this.#counts.malformed += 1;
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
      const own = fields ?? rule.regex?.exec(line);
      if (!own) continue;
      const taken = origin.kubernetes === undefined ? own : [...own, ...origin.kubernetes];
      if (!rule.filter(taken)) continue;
      for (const metric of rule.metrics) if (metric.record(taken)) matched = true;
      if (rule.stop) break;
    }
    if (matched) counts.matched += 1;
  }
}

/** The format of the source's lines; undefined for regex, where each rule has a pattern of its own. */
function compileFormat({ format, csv, cri, rules, maxLineBytes }: LogsConfig): LineFormat | undefined {
  if (format === 'regex') return undefined;
  const all = [...new Set(rules.flatMap((rule) => [...filterNames(rule), ...rule.metrics.flatMap(referencedNames)]))];
  const names = cri ? all.filter((name) => !kubernetesNames.includes(name)) : all;
  if (format === 'logfmt') return logfmtFormat(names);
  if (format === 'json') return jsonFormat(names);
  return csvFormat({ names, ...csv, maxRecordLength: maxLineBytes });
}

const filterNames = ({ where = {}, unless = {} }: Pick<LogRule, 'where' | 'unless'>) => [
  ...Object.keys(where),
  ...Object.keys(unless),
];

const referencedNames = (metric: LogMetricConfig) => [
  ...filterNames(metric),
  ...[String(metric.value ?? ''), metric.timestamp ?? '', ...Object.values(metric.labels)].flatMap(findReferences),
];

function compileLogRule(
  rule: LogRule,
  format: LineFormat | undefined,
  { more, ...options }: ProcessorOptions & { more: readonly string[] },
): CompiledRule {
  if (format !== undefined && rule.match !== undefined)
    throw new ConfigError(['match: only for format regex; use where to choose lines']);
  if (format === undefined && rule.match === undefined) throw new ConfigError(['match: needed for format regex']);
  const compiled = rule.match === undefined ? undefined : compileRegex(rule.match);
  const own = format?.names ?? compiled?.groups ?? [];
  const names = [...own, ...more];
  const unknown = [...filterNames(rule), ...rule.metrics.flatMap(referencedNames)].filter(
    (name) => !isKnown(name, names, own.length),
  );
  if (unknown.length > 0)
    throw new ConfigError(unknown.map((name) => `$${name}: no such group; the groups are ${list(names)}`));
  const incomplete = rule.metrics.filter(({ type, value }) => type !== 'counter' && value === undefined);
  if (incomplete.length > 0)
    throw new ConfigError(incomplete.map(({ name, type }) => `${name}: a ${type} needs a value`));
  const timed = rule.metrics.filter(({ type, timestamp }) => isObserver(type) && timestamp !== undefined);
  if (timed.length > 0) throw new ConfigError(timed.map(({ name, type }) => `${name}: a ${type} takes no timestamp`));
  const clashes = rule.metrics.filter(({ type, labels }) => Object.hasOwn(labels, typeLabels[type] ?? ''));
  if (clashes.length > 0)
    throw new ConfigError(clashes.map(({ name, type }) => `${name}: a ${type} has its own label ${typeLabels[type]}`));
  const metrics = rule.metrics.map((metric) => new LogMetric(metric, names, options));
  return { regex: compiled?.regex, filter: compileFilter(rule, names), metrics, stop: rule.stop };
}

const isObserver = (type: LogMetricConfig['type']) => type === 'histogram' || type === 'summary';
const isKnown = (name: string, names: readonly string[], groups: number) =>
  names.includes(name) || (/^\d+$/.test(name) && Number(name) <= groups);
const list = (names: readonly string[]) => names.filter((name) => name !== '').join(', ') || 'unnamed';
