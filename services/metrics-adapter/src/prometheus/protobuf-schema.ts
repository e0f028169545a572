import protobuf from 'protobufjs/light.js';

const single = <const Type extends string>(id: number, type: Type) => ({ id, type });
const repeated = <const Type extends string>(id: number, type: Type) => ({ id, type, rule: 'repeated' as const });
const packed = <const Type extends string>(id: number, type: Type) => ({
  ...repeated(id, type),
  options: { packed: true },
});

/**
 * The messages of the protobuf format, as in
 * https://github.com/prometheus/client_model/blob/master/io/prometheus/client/metrics.proto
 */
const messages = {
  LabelPair: { fields: { name: single(1, 'string'), value: single(2, 'string') } },
  Timestamp: { fields: { seconds: single(1, 'int64'), nanos: single(2, 'int32') } },
  Exemplar: {
    fields: { label: repeated(1, 'LabelPair'), value: single(2, 'double'), timestamp: single(3, 'Timestamp') },
  },
  Plain: {
    fields: { value: single(1, 'double'), exemplar: single(2, 'Exemplar'), created: single(3, 'Timestamp') },
  },
  Quantile: { fields: { quantile: single(1, 'double'), value: single(2, 'double') } },
  Summary: {
    fields: {
      count: single(1, 'uint64'),
      sum: single(2, 'double'),
      quantile: repeated(3, 'Quantile'),
      created: single(4, 'Timestamp'),
    },
  },
  Bucket: {
    fields: {
      count: single(1, 'uint64'),
      bound: single(2, 'double'),
      exemplar: single(3, 'Exemplar'),
      countFloat: single(4, 'double'),
    },
  },
  BucketSpan: { fields: { offset: single(1, 'sint32'), length: single(2, 'uint32') } },
  Histogram: {
    fields: {
      count: single(1, 'uint64'),
      sum: single(2, 'double'),
      bucket: repeated(3, 'Bucket'),
      countFloat: single(4, 'double'),
      schema: single(5, 'sint32'),
      zeroThreshold: single(6, 'double'),
      zeroCount: single(7, 'uint64'),
      zeroCountFloat: single(8, 'double'),
      negativeSpan: repeated(9, 'BucketSpan'),
      negativeDelta: packed(10, 'sint64'),
      negativeCount: packed(11, 'double'),
      positiveSpan: repeated(12, 'BucketSpan'),
      positiveDelta: packed(13, 'sint64'),
      positiveCount: packed(14, 'double'),
      created: single(15, 'Timestamp'),
    },
  },
  Metric: {
    fields: {
      label: repeated(1, 'LabelPair'),
      gauge: single(2, 'Plain'),
      counter: single(3, 'Plain'),
      summary: single(4, 'Summary'),
      untyped: single(5, 'Plain'),
      timestamp: single(6, 'int64'),
      histogram: single(7, 'Histogram'),
    },
  },
  // Field 4 has the metrics, which are read one by one.
  MetricFamily: {
    fields: {
      name: single(1, 'string'),
      help: single(2, 'string'),
      type: single(3, 'int32'),
      unit: single(5, 'string'),
    },
  },
};

type Messages = typeof messages;
type One<Type> = Type extends keyof Messages ? Message<Type> : Type extends 'string' ? string : number;
type FieldValue<Field> = Field extends { type: infer Type; rule: 'repeated' }
  ? One<Type>[]
  : Field extends { type: infer Type }
    ? One<Type>
    : never;

/** A decoded message. A field that is missing in the bytes is missing here. */
export type Message<Name extends keyof Messages> = {
  [Key in keyof Messages[Name]['fields']]?: FieldValue<Messages[Name]['fields'][Key]>;
};

const root = protobuf.Root.fromJSON({ nested: messages });
export const familyType = root.lookupType('MetricFamily');
export const metricType = root.lookupType('Metric');
