import { type Static, Type } from 'typebox';
import { numberSettings } from '../numbers/read-number.ts';
import { labelName, metricName } from '../series/name-schema.ts';

const strict = { additionalProperties: false };

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

const histogram = Type.Object(
  {
    buckets: Type.String({
      default: '@.buckets',
      description:
        'JSONPath of an object of upper bounds to counts, or of a list of `[bound, count]` or `{ le, count }`.',
    }),
    cumulative: Type.Boolean({
      default: true,
      description: "Whether a bucket's count has those of the lower ones in it.",
    }),
    sum: Type.String({ default: '@.sum', description: 'JSONPath of the sum.' }),
    count: Type.String({ default: '@.count', description: 'JSONPath of the count; that of the buckets without it.' }),
  },
  { ...strict, default: {}, description: 'For type histogram: where its parts are in an element.' },
);

/** A metric that is read from JSON, as it stands in the configuration. */
export const jsonMetric = Type.Object(
  {
    name: metricName,
    help: Type.String({ default: 'Metric made from JSON.', description: 'HELP text.' }),
    type: Type.Unsafe<'counter' | 'gauge' | 'unknown' | 'info' | 'stateset' | 'histogram'>({
      type: 'string',
      enum: ['counter', 'gauge', 'unknown', 'info', 'stateset', 'histogram'],
      default: 'unknown',
      description: 'Metric type.',
    }),
    unit: Type.Optional(Type.String({ description: 'Unit; the end of the name.' })),
    path: Type.String({ default: '$', description: 'JSONPath (RFC 9535) of the elements; each makes a series.' }),
    value: Type.Unsafe<string | number>({
      type: ['string', 'number'],
      default: '@',
      description: 'JSONPath of the value inside an element, or a number that every element has.',
    }),
    ...numberSettings,
    states: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        minItems: 1,
        description: 'For type stateset: all states; the value is the one that holds, or a list of those.',
      }),
    ),
    histogram,
    labels: Type.Record(Type.String({ pattern: labelName }), label, {
      default: {},
      description: 'Label names to JSONPaths.',
    }),
    timestamp: Type.Optional(Type.String({ description: 'JSONPath of the time of the value.' })),
  },
  strict,
);

export type JsonMetricConfig = Static<typeof jsonMetric>;
export type JsonLabelConfig = Static<typeof label>;
