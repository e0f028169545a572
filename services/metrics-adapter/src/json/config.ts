import { type Static, Type } from 'typebox';
import { fetchSettings } from '../fetch/config.ts';

const strict = { additionalProperties: false };
export const metricName = Type.String({
  minLength: 1,
  maxLength: 1024,
  pattern: '^[^\\u0000-\\u001f]+$',
  description: 'Metric name; any UTF-8.',
});
export const labelName = '^(?!__)[^\\u0000-\\u001f]+$';
export const plainType = Type.Unsafe<'counter' | 'gauge' | 'unknown'>({
  type: 'string',
  enum: ['counter', 'gauge', 'unknown'],
  default: 'unknown',
  description: 'Metric type.',
});

const label = Type.Union([
  Type.String({ description: 'JSONPath: from the element with `@`, from the whole document with `$`.' }),
  Type.Object(
    {
      path: Type.Optional(Type.String({ description: 'JSONPath, relative to the element or to what `up` leads to.' })),
      up: Type.Optional(Type.Integer({ minimum: 0, description: 'How many levels above the element `path` begins.' })),
      segment: Type.Optional(
        Type.Integer({ description: "A key or index on the way to the element: 0 the first, -1 the element's own." }),
      ),
      value: Type.Optional(Type.String({ description: 'A fixed text.' })),
    },
    strict,
  ),
]);

const jsonMetric = Type.Object(
  {
    name: metricName,
    help: Type.String({ default: 'Metric made from JSON.', description: 'HELP text.' }),
    type: plainType,
    unit: Type.Optional(Type.String({ description: 'Unit; the end of the name.' })),
    path: Type.String({ default: '$', description: 'JSONPath (RFC 9535) of the elements; each makes a series.' }),
    value: Type.String({ default: '@', description: 'JSONPath of the value inside an element.' }),
    labels: Type.Record(Type.String({ pattern: labelName }), label, {
      default: {},
      description: 'Label names to JSONPaths.',
    }),
    scale: Type.Number({ default: 1, description: 'What the value is multiplied by, such as 0.001 from ms to s.' }),
    timestamp: Type.Optional(
      Type.String({
        description: 'JSONPath of the time of the value: seconds or milliseconds since the epoch, or ISO 8601.',
      }),
    ),
  },
  strict,
);

/** A source that fetches JSON. */
export const jsonSchema = Type.Object(
  {
    ...fetchSettings,
    body: Type.Optional(Type.String({ description: 'Sent with POST; without it the request is a GET.' })),
    module: Type.Optional(
      Type.String({ description: "A module of `modules` that reads the answer, as json_exporter's." }),
    ),
    metrics: Type.Array(jsonMetric, { default: [], description: 'What is read from the answer.' }),
  },
  strict,
);

export type JsonConfig = Static<typeof jsonSchema>;
export type JsonMetricConfig = Static<typeof jsonMetric>;
export type JsonLabelConfig = Static<typeof label>;
