import { strict } from '@podkit/chassis/config/strict';
import { type Static, Type } from 'typebox';
import { oneOf } from '../config/one-of.ts';
import { fetchSettings } from '../fetch/config.ts';
import { numberSettings } from '../numbers/read-number.ts';
import { labelNamePattern, metricName } from '../series/name-schema.ts';

const shared = {
  name: metricName,
  help: Type.String({ default: 'Metric made from text.', description: 'HELP text.' }),
  type: oneOf(['counter', 'gauge', 'unknown'], { default: 'unknown', description: 'Metric type.' }),
  ...numberSettings,
};

/** A source of lines such as `used_memory:1024` or `workers=4`. */
export const keyValueSchema = strict({
  ...fetchSettings,
  separator: Type.String({ default: '=', minLength: 1, description: 'Separator of key and value.' }),
  metrics: Type.Array(
    strict({
      ...shared,
      name: Type.String({ minLength: 1, description: 'Metric name; may refer to captures of `match`.' }),
      match: Type.String({
        description: "Regex of Go's syntax for the whole key; the first metric that matches takes it.",
      }),
      labels: Type.Record(Type.String({ pattern: labelNamePattern }), Type.String(), {
        default: {},
        description: 'Label names to texts with references such as `$1` or `$name`.',
      }),
    }),
    { default: [], description: 'Metrics to read.' },
  ),
});

/** A source of CSV. */
export const csvSchema = strict({
  ...fetchSettings,
  delimiter: Type.String({ default: ',', minLength: 1, maxLength: 1, description: 'Character between fields.' }),
  columns: Type.Optional(Type.Array(Type.String(), { description: 'Names of the columns, if there is no header.' })),
  metrics: Type.Array(
    strict({
      ...shared,
      value: Type.String({ description: 'Column of the value.' }),
      labels: Type.Record(Type.String({ pattern: labelNamePattern }), Type.String(), {
        default: {},
        description: 'Label names to columns.',
      }),
    }),
    { default: [], description: 'Metrics to read from each row.' },
  ),
});

export type KeyValueConfig = Static<typeof keyValueSchema>;
export type CsvConfig = Static<typeof csvSchema>;
