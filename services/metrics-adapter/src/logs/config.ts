import { strict } from '@podkit/chassis/config/strict';
import { yamlDuration } from '@podkit/chassis/config/yaml-duration';
import { type Static, Type } from 'typebox';
import { oneOf } from '../config/one-of.ts';
import { numberSettings } from '../numbers/read-number.ts';
import { tailSettings } from '../tail/config.ts';

const regexes = (description: string) => Type.Optional(Type.Record(Type.String(), Type.String(), { description }));

const logMetric = strict({
  name: Type.String({ pattern: '^[a-zA-Z_:][a-zA-Z0-9_:]*$', description: 'Metric name.' }),
  help: Type.String({ default: 'Metric made from log lines.', description: 'HELP text.' }),
  type: oneOf(['counter', 'gauge', 'histogram', 'summary'], { description: 'Metric type.' }),
  value: Type.Optional(
    Type.Unsafe<string | number>({
      type: ['string', 'number'],
      description: 'Number, or reference such as `$bytes`; a counter without it counts lines.',
    }),
  ),
  ...numberSettings,
  timestamp: Type.Optional(
    Type.String({
      description:
        'For a counter or gauge: reference to the time of the line, which becomes the timestamp of the sample.',
    }),
  ),
  labels: Type.Record(Type.String({ pattern: '^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$' }), Type.String(), {
    default: {},
    description: 'Label names to texts with references.',
  }),
  where: regexes('Use only lines in which each of these fields matches its regex as a whole.'),
  unless: regexes('Skip lines in which one of these fields matches its regex as a whole.'),
  operation: oneOf(['set', 'add'], {
    default: 'set',
    description: 'For a gauge: whether a value replaces the current one or is added to it.',
  }),
  buckets: Type.Array(Type.Number(), {
    default: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    description: 'For a histogram: upper bounds.',
  }),
  nativeFactor: Type.Optional(
    Type.Number({
      exclusiveMinimum: 1,
      description: 'For a histogram: growth of native buckets, such as 1.1.',
    }),
  ),
  quantiles: Type.Array(Type.Number({ minimum: 0, maximum: 1 }), {
    default: [0.5, 0.9, 0.99],
    description: 'For a summary: the quantiles.',
  }),
  maxAge: yamlDuration({
    default: '10m',
    description: 'For a summary: time for which quantiles take a value into account.',
  }),
  ttl: yamlDuration({
    default: '0',
    description: 'Time without a line after which a series is removed; 0 for never.',
  }),
});

const rule = strict({
  match: Type.Optional(
    Type.String({ description: "Regex of Go's syntax, for format regex; its named groups are the fields." }),
  ),
  where: regexes('Use only lines in which each of these fields matches its regex as a whole.'),
  unless: regexes('Skip lines in which one of these fields matches its regex as a whole.'),
  stop: Type.Boolean({
    default: false,
    description: 'Whether later rules skip a line that this rule takes.',
  }),
  metrics: Type.Array(logMetric, { description: 'The metrics that a line changes.' }),
});

/** A source that makes metrics from log lines. */
export const logsSchema = strict({
  name: Type.String({ pattern: '^[a-zA-Z0-9_.-]+$', description: 'Name of the source in metrics and logs.' }),
  ...tailSettings,
  format: oneOf(['regex', 'logfmt', 'json', 'csv'], { default: 'regex', description: 'Format of a line.' }),
  csv: strict(
    {
      delimiter: Type.String({ default: ',', minLength: 1, maxLength: 1, description: 'Character between fields.' }),
      columns: Type.Optional(
        Type.Array(Type.String(), { description: 'Names of the columns of a file without a header.' }),
      ),
    },
    { default: {}, description: 'For format csv.' },
  ),
  rules: Type.Array(rule, { description: 'Rules. Each line goes through all of them in order.' }),
});

export type LogsConfig = Static<typeof logsSchema>;
export type LogRule = LogsConfig['rules'][number];
export type LogMetricConfig = LogRule['metrics'][number];
