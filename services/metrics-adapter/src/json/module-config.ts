import { strict } from '@podkit/chassis/config/strict';
import { type Static, Type } from 'typebox';
import { oneOf } from '../config/one-of.ts';
import { httpClientSchema } from '../fetch/config.ts';

/** A template. YAML reads plain `1` and `true` as number and boolean; here they are texts. */
const template = Type.Unsafe<string | number | boolean>({ type: ['string', 'number', 'boolean'] });
const templates = (description: string) => Type.Record(Type.String(), template, { default: {}, description });

const moduleMetric = strict({
  name: Type.String({ minLength: 1, description: 'Metric name, or its beginning for type object.' }),
  path: Type.String({ description: "Template in kubectl's JSONPath." }),
  help: Type.Optional(Type.String({ description: 'HELP text; by default the name.' })),
  type: oneOf(['value', 'object'], { default: 'value' }),
  valuetype: oneOf(['gauge', 'counter', 'untyped'], { default: 'untyped' }),
  labels: templates('Label names to templates.'),
  values: templates('For type object: endings of names to templates.'),
  epochtimestamp: Type.Optional(Type.String({ description: 'Template of the time of the value.' })),
  epochTimestamp: Type.Optional(Type.String({ description: 'Other spelling, as in the README of json_exporter.' })),
  allow_missing_key: Type.Boolean({ default: false, description: 'Whether a missing value is allowed.' }),
});

/** A module of json_exporter: https://github.com/prometheus-community/json_exporter */
export const moduleSchema = strict({
  headers: Type.Record(Type.String(), Type.String(), { default: {}, description: 'Headers of the request.' }),
  metrics: Type.Array(moduleMetric, { default: [], description: 'Metrics to read from the response.' }),
  http_client_config: strict(httpClientSchema.properties, { default: {} }),
  body: Type.Optional(
    strict(
      { content: Type.String({ default: '' }), templatize: Type.Boolean({ default: false }) },
      { description: 'Sent with POST.' },
    ),
  ),
  valid_status_codes: Type.Array(Type.Integer({ minimum: 100, maximum: 599 }), { default: [] }),
});

export type ModuleConfig = Static<typeof moduleSchema>;
export type ModuleMetricConfig = ModuleConfig['metrics'][number];
