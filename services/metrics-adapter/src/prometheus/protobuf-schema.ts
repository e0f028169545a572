import protobuf from 'protobufjs/light.js';

const field = <const Type extends string>(id: number, type: Type) => ({ id, type });
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
  LabelPair: { fields: { name: field(1, 'string'), value: field(2, 'string') } },
  Timestamp: { fields: { seconds: field(1, 'int64'), nanos: field(2, 'int32') } },
  Exemplar: {
    fields: { label: repeated(1, 'LabelPair'), value: field(2, 'double'), timestamp: field(3, 'Timestamp') },
  },
  Plain: {
    fields: { value: field(1, 'double'), exemplar: field(2, 'Exemplar'), created: field(3, 'Timestamp') },
  },
  Quantile: { fields: { quantile: field(1, 'double'), value: field(2, 'double') } },
  Summary: {
    fields: {
      count: field(1, 'uint64'),
      sum: field(2, 'double'),
      quantile: repeated(3, 'Quantile'),
      created: field(4, 'Timestamp'),
    },
  },
  Bucket: {
    fields: {
      count: field(1, 'uint64'),
      bound: field(2, 'double'),
      exemplar: field(3, 'Exemplar'),
      countFloat: field(4, 'double'),
    },
  },
  BucketSpan: { fields: { offset: field(1, 'sint32'), length: field(2, 'uint32') } },
  Histogram: {
    fields: {
      count: field(1, 'uint64'),
      sum: field(2, 'double'),
      bucket: repeated(3, 'Bucket'),
      countFloat: field(4, 'double'),
      schema: field(5, 'sint32'),
      zeroThreshold: field(6, 'double'),
      zeroCount: field(7, 'uint64'),
      zeroCountFloat: field(8, 'double'),
      negativeSpan: repeated(9, 'BucketSpan'),
      negativeDelta: packed(10, 'sint64'),
      negativeCount: packed(11, 'double'),
      positiveSpan: repeated(12, 'BucketSpan'),
      positiveDelta: packed(13, 'sint64'),
      positiveCount: packed(14, 'double'),
      created: field(15, 'Timestamp'),
    },
  },
  Metric: {
    fields: {
      label: repeated(1, 'LabelPair'),
      gauge: field(2, 'Plain'),
      counter: field(3, 'Plain'),
      summary: field(4, 'Summary'),
      untyped: field(5, 'Plain'),
      timestamp: field(6, 'int64'),
      histogram: field(7, 'Histogram'),
    },
  },
  // Field 4 has the metrics, which are read one by one.
  MetricFamily: {
    fields: { name: field(1, 'string'), help: field(2, 'string'), type: field(3, 'int32'), unit: field(5, 'string') },
  },
};

type Messages = typeof messages;
type One<Type> = Type extends keyof Messages ? Message<Type> : Type extends 'string' ? string : number;
type Value<Field> = Field extends { type: infer Type; rule: 'repeated' }
  ? One<Type>[]
  : Field extends { type: infer Type }
    ? One<Type>
    : never;

/** A decoded message. A field that is missing in the bytes is missing here. */
export type Message<Name extends keyof Messages> = {
  [Key in keyof Messages[Name]['fields']]?: Value<Messages[Name]['fields'][Key]>;
};

const root = protobuf.Root.fromJSON({ nested: messages });
export const familyType = root.lookupType('MetricFamily');
export const metricType = root.lookupType('Metric');
