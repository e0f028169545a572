import { strict } from '@podkit/chassis/config/strict';
import { type Static, Type } from 'typebox';
import { oneOf } from '../config/one-of.ts';
import { numberSettings } from '../numbers/read-number.ts';
import { labelNamePattern, metricName } from '../series/name-schema.ts';

const label = Type.Union([
  Type.String({ description: 'JSONPath: with `@` from the element, with `$` from the document.' }),
  strict({
    path: Type.Optional(
      Type.String({ description: 'JSONPath from the element, or from its ancestor that `up` names.' }),
    ),
    up: Type.Optional(Type.Integer({ minimum: 0, description: 'Levels above the element at which `path` begins.' })),
    segment: Type.Optional(
      Type.Integer({
        description: "Key or index in the location of the element: 0 is the first, -1 the element's own.",
      }),
    ),
    value: Type.Optional(Type.String({ description: 'A fixed text.' })),
  }),
]);

const histogram = strict(
  {
    buckets: Type.String({
      default: '@.buckets',
      description:
        'JSONPath of an object of upper bounds to counts, or of a list of `[bound, count]` or `{ le, count }`.',
    }),
    cumulative: Type.Boolean({
      default: true,
      description: "Whether a bucket's count includes those of the lower buckets.",
    }),
    sum: Type.String({ default: '@.sum', description: 'JSONPath of the sum.' }),
    count: Type.String({ default: '@.count', description: 'JSONPath of the count; by default that of the buckets.' }),
  },
  { default: {}, description: 'For type histogram: its parts in an element.' },
);

/** A metric that is read from JSON. */
export const jsonMetric = strict({
  name: metricName,
  help: Type.String({ default: 'Metric made from JSON.', description: 'HELP text.' }),
  type: oneOf(['counter', 'gauge', 'unknown', 'info', 'stateset', 'histogram'], {
    default: 'unknown',
    description: 'Metric type.',
  }),
  unit: Type.Optional(Type.String({ description: 'Unit, with which the name must end.' })),
  path: Type.String({ default: '$', description: 'JSONPath (RFC 9535) of the elements; each makes a series.' }),
  value: Type.Unsafe<string | number>({
    type: ['string', 'number'],
    default: '@',
    description: 'JSONPath of the value inside an element, or a constant number.',
  }),
  ...numberSettings,
  states: Type.Optional(
    Type.Array(Type.String({ minLength: 1 }), {
      minItems: 1,
      description: 'For type stateset: all states. The value is the current state, or a list of them.',
    }),
  ),
  histogram,
  labels: Type.Record(Type.String({ pattern: labelNamePattern }), label, {
    default: {},
    description: 'Label names to JSONPaths.',
  }),
  timestamp: Type.Optional(Type.String({ description: 'JSONPath of the time of the value.' })),
});

export type JsonMetricConfig = Static<typeof jsonMetric>;
export type JsonLabelConfig = Static<typeof label>;
