import { type Static, Type } from 'typebox';
import { httpClientSchema } from '../fetch/config.ts';

const strict = { additionalProperties: false };

/** A template. YAML reads plain `1` and `true` as number and boolean; here they are texts. */
const template = Type.Unsafe<string | number | boolean>({ type: ['string', 'number', 'boolean'] });
const templates = (description: string) => Type.Record(Type.String(), template, { default: {}, description });
const words = <const Words extends readonly string[]>(list: Words, fallback: Words[number]) =>
  Type.Unsafe<Words[number]>({ type: 'string', enum: [...list], default: fallback });

const moduleMetric = Type.Object(
  {
    name: Type.String({ minLength: 1, description: 'Metric name, or its beginning for type object.' }),
    path: Type.String({ description: "Template in kubectl's JSONPath." }),
    help: Type.Optional(Type.String({ description: 'HELP text; by default the name.' })),
    type: words(['value', 'object'], 'value'),
    valuetype: words(['gauge', 'counter', 'untyped'], 'untyped'),
    labels: templates('Label names to templates.'),
    values: templates('For type object: endings of names to templates.'),
    epochtimestamp: Type.Optional(Type.String({ description: 'Template of the time of the value.' })),
    epochTimestamp: Type.Optional(Type.String({ description: 'Other spelling, as in the README of json_exporter.' })),
    allow_missing_key: Type.Boolean({ default: false, description: 'Whether a missing value is allowed.' }),
  },
  strict,
);

/** A module of json_exporter: https://github.com/prometheus-community/json_exporter */
export const moduleSchema = Type.Object(
  {
    headers: Type.Record(Type.String(), Type.String(), { default: {}, description: 'Headers of the request.' }),
    metrics: Type.Array(moduleMetric, { default: [], description: 'Metrics to read from the answer.' }),
    http_client_config: Type.Object(httpClientSchema.properties, { ...strict, default: {} }),
    body: Type.Optional(
      Type.Object(
        { content: Type.String({ default: '' }), templatize: Type.Boolean({ default: false }) },
        { ...strict, description: 'Sent with POST.' },
      ),
    ),
    valid_status_codes: Type.Array(Type.Integer({ minimum: 100, maximum: 599 }), { default: [] }),
  },
  strict,
);

export type ModuleConfig = Static<typeof moduleSchema>;
export type ModuleMetricConfig = ModuleConfig['metrics'][number];
