import { type Static, Type } from 'typebox';
import { fetchSettings } from '../fetch/config.ts';
import { numberSettings } from '../numbers/read-number.ts';
import { labelName, metricName } from '../series/name-schema.ts';

const strict = { additionalProperties: false };
const shared = {
  name: metricName,
  help: Type.String({ default: 'Metric made from text.', description: 'HELP text.' }),
  type: Type.Unsafe<'counter' | 'gauge' | 'unknown'>({
    type: 'string',
    enum: ['counter', 'gauge', 'unknown'],
    default: 'unknown',
    description: 'Metric type.',
  }),
  ...numberSettings,
};

/** A source of lines such as `used_memory:1024` or `workers=4`. */
export const keyValueSchema = Type.Object(
  {
    ...fetchSettings,
    separator: Type.String({ default: '=', minLength: 1, description: 'Separator of key and value.' }),
    metrics: Type.Array(
      Type.Object(
        {
          ...shared,
          name: Type.String({ minLength: 1, description: 'Metric name; may refer to captures of `match`.' }),
          match: Type.String({
            description: "Regex of Go's syntax for the whole key; the first metric that matches takes it.",
          }),
          labels: Type.Record(Type.String({ pattern: labelName }), Type.String(), {
            default: {},
            description: 'Label names to texts with references such as `$1` or `$name`.',
          }),
        },
        strict,
      ),
      { default: [], description: 'Metrics to read.' },
    ),
  },
  strict,
);

/** A source of CSV. */
export const csvSchema = Type.Object(
  {
    ...fetchSettings,
    delimiter: Type.String({ default: ',', minLength: 1, maxLength: 1, description: 'Character between fields.' }),
    columns: Type.Optional(Type.Array(Type.String(), { description: 'Names of the columns, if there is no header.' })),
    metrics: Type.Array(
      Type.Object(
        {
          ...shared,
          value: Type.String({ description: 'Column of the value.' }),
          labels: Type.Record(Type.String({ pattern: labelName }), Type.String(), {
            default: {},
            description: 'Label names to columns.',
          }),
        },
        strict,
      ),
      { default: [], description: 'Metrics to read from each row.' },
    ),
  },
  strict,
);

export type KeyValueConfig = Static<typeof keyValueSchema>;
export type CsvConfig = Static<typeof csvSchema>;
