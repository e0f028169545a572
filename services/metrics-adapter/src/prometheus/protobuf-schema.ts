import protobuf from 'protobufjs/light.js';

const field = (id: number, type: string) => ({ id, type });
const repeated = (id: number, type: string) => ({ id, type, rule: 'repeated' as const });
const packed = (id: number, type: string) => ({ ...repeated(id, type), options: { packed: true } });

/**
 * The messages of the protobuf format, as in
 * https://github.com/prometheus/client_model/blob/master/io/prometheus/client/metrics.proto
 */
const schema: protobuf.INamespace = {
  nested: {
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
  },
};

export type Timestamp = { seconds?: number; nanos?: number };
export type LabelPairMessage = { name?: string; value?: string };
export type ExemplarMessage = { label?: LabelPairMessage[]; value?: number; timestamp?: Timestamp };
type Plain = { value?: number; exemplar?: ExemplarMessage; created?: Timestamp };
export type SummaryMessage = {
  count?: number;
  sum?: number;
  quantile?: { quantile?: number; value?: number }[];
  created?: Timestamp;
};
export type BucketSpan = { offset?: number; length?: number };
export type HistogramMessage = {
  count?: number;
  countFloat?: number;
  sum?: number;
  bucket?: { count?: number; countFloat?: number; bound?: number; exemplar?: ExemplarMessage }[];
  schema?: number;
  zeroThreshold?: number;
  zeroCount?: number;
  zeroCountFloat?: number;
  negativeSpan?: BucketSpan[];
  negativeDelta?: number[];
  negativeCount?: number[];
  positiveSpan?: BucketSpan[];
  positiveDelta?: number[];
  positiveCount?: number[];
  created?: Timestamp;
};
export type MetricMessage = {
  label?: LabelPairMessage[];
  gauge?: Plain;
  counter?: Plain;
  untyped?: Plain;
  summary?: SummaryMessage;
  histogram?: HistogramMessage;
  timestamp?: number;
};
export type FamilyMessage = { name?: string; help?: string; type?: number; unit?: string };

const root = protobuf.Root.fromJSON(schema);
export const familyType = root.lookupType('MetricFamily');
export const metricType = root.lookupType('Metric');
