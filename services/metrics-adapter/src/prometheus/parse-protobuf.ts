import { describeError } from '@podkit/chassis/errors';
import protobuf from 'protobufjs/light.js';
import { FetchError } from '../fetch/errors.ts';
import { isTimestamp } from '../numbers/gate.ts';
import type { MetricType } from '../series/family.ts';
import type { LabelPair } from '../series/labels.ts';
import { Slices } from '../slices.ts';
import type { ExpositionCollector } from './collector.ts';
import type { FamilyMeta } from './family-meta.ts';
import { readNative } from './native-buckets.ts';
import { familyType, type Message, metricType } from './protobuf-schema.ts';
import type { LineRefusal, SampleLine } from './sample-line.ts';

/** By the numbers of the enum MetricType. */
const typesByNumber: readonly MetricType[] = ['counter', 'gauge', 'summary', 'unknown', 'histogram', 'gaugehistogram'];

/** Maximum size of a metric in bytes. When it is decoded, it takes up to fifty times as much memory. */
const longestMetric = 262_144;
const metricTag = 4 * 8 + 2;

/**
 * Read length-delimited families of the protobuf format, with pauses. Each metric is decoded alone and passed on as the
 * samples that it would have in a text, so that relabelling works in the same way.
 *
 * @throws {FetchError} parse if the bytes have another format or end too early, too_large for a metric that is too long
 */
export async function parseProtobuf(bytes: Buffer, collector: ExpositionCollector): Promise<void> {
  const slices = new Slices();
  try {
    for (const [metric, meta] of readMetrics(protobuf.Reader.create(bytes))) {
      if (metric !== undefined) readMetric(metric, meta, collector);
      if (slices.over) await slices.pause();
    }
  } catch (cause) {
    if (cause instanceof FetchError) throw cause;
    throw new FetchError('parse', `the response is not Prometheus' protobuf format: ${describeError(cause)}`, {
      cause,
    });
  }
}

function* readMetrics(reader: protobuf.Reader): Generator<[Message<'Metric'> | undefined, FamilyMeta]> {
  while (reader.pos < reader.len) {
    const length = reader.uint32();
    const start = reader.pos;
    // The unit comes after the metrics, so a family is read twice.
    const family: Message<'MetricFamily'> = familyType.toObject(familyType.decode(reader, length));
    const { name = '', help = '', unit = '', type = 0 } = family;
    const meta = { name, help, unit, type: typesByNumber[type] ?? ('unknown' as const) };
    // A family without metrics takes time too, so the reader may pause here.
    yield [undefined, meta];
    for (reader.pos = start; reader.pos < start + length; ) {
      const tag = reader.uint32();
      if (tag === metricTag) yield [readMessage(reader), meta];
      else reader.skipType(tag & 7);
    }
  }
}

function readMessage(reader: protobuf.Reader): Message<'Metric'> {
  const length = reader.uint32();
  if (length > longestMetric)
    throw new FetchError('too_large', `a metric of the response is longer than ${longestMetric} bytes`);
  return metricType.toObject(metricType.decode(reader, length), { longs: Number });
}

type Base = Pick<SampleLine, 'labels' | 'timestamp'>;
type Emit = (suffix: string, value: number | undefined, label?: LabelPair, exemplar?: Message<'Exemplar'>) => void;

function readMetric(metric: Message<'Metric'>, meta: FamilyMeta, collector: ExpositionCollector): void {
  const labels = readLabels(metric.label);
  const { timestamp } = metric;
  const error = findError(meta.name, labels, timestamp);
  if (error !== undefined) return collector.refused(error);
  const base: Base = { labels, ...(timestamp === undefined ? {} : { timestamp }) };
  const emit: Emit = (suffix, value, label, exemplar) => {
    if (value === undefined) return;
    const all = label === undefined ? labels : [...labels, label];
    const sample = { ...base, name: `${meta.name}${suffix}`, labels: all, value, ...decodeExemplar(exemplar) };
    collector.sample(sample, meta);
  };
  if (metric.histogram) return readHistogram(metric.histogram, { base, meta, collector, emit });
  if (metric.summary) return readSummary(metric.summary, { base, meta, collector, emit });
  const plain = metric.counter ?? metric.gauge ?? metric.untyped;
  if (plain === undefined) return collector.refused('malformed_line');
  emit('', plain.value ?? 0, undefined, plain.exemplar);
  return collector.begun({ ...base, name: meta.name, value: 0 }, toMilliseconds(plain.created));
}

type MetricContext = { base: Base; meta: FamilyMeta; collector: ExpositionCollector; emit: Emit };

function readSummary({ count, sum, quantile = [], created }: Message<'Summary'>, context: MetricContext): void {
  const { base, meta, collector, emit } = context;
  for (const { quantile: rank = 0, value = 0 } of quantile) emit('', value, ['quantile', String(rank)]);
  emit('_sum', sum ?? 0);
  emit('_count', count ?? 0);
  collector.begun({ ...base, name: meta.name, value: 0 }, toMilliseconds(created));
}

function readHistogram(histogram: Message<'Histogram'>, { base, meta, collector, emit }: MetricContext): void {
  const { bucket: buckets = [], created } = histogram;
  const count = histogram.countFloat || histogram.count || 0;
  const gauge = meta.type === 'gaugehistogram';
  for (const bucket of buckets)
    emit('_bucket', bucket.countFloat || bucket.count || 0, ['le', boundText(bucket.bound ?? 0)], bucket.exemplar);
  // The last bucket, which counts everything, may be left out.
  if (buckets.length > 0 && buckets.at(-1)?.bound !== Infinity) emit('_bucket', count, ['le', '+Inf']);
  emit(gauge ? '_gsum' : '_sum', histogram.sum ?? 0);
  emit(gauge ? '_gcount' : '_count', count);
  const native = readNative(histogram);
  const sample = { ...base, name: meta.name, value: 0 };
  if (native === 'malformed') collector.refused('native_histogram');
  else if (native !== undefined) collector.native(sample, native, meta);
  collector.begun(sample, toMilliseconds(created));
}

function findError(name: string, labels: readonly LabelPair[], timestamp: number | undefined): LineRefusal | undefined {
  if (name === '') return 'malformed_line';
  if (timestamp !== undefined && !isTimestamp(timestamp)) return 'timestamp';
  if (labels.some(([label]) => label === '__name__')) return 'reserved_label';
  if (labels.some(([label]) => label === '')) return 'malformed_line';
  return new Set(labels.map(([label]) => label)).size < labels.length ? 'duplicate_label' : undefined;
}

const readLabels = (labels: readonly Message<'LabelPair'>[] = []) =>
  labels.map(({ name = '', value = '' }): LabelPair => [name, value]);

function decodeExemplar(exemplar: Message<'Exemplar'> | undefined): Pick<SampleLine, 'exemplar'> {
  if (exemplar === undefined) return {};
  const timestamp = toMilliseconds(exemplar.timestamp);
  const { label, value = 0 } = exemplar;
  return { exemplar: { labels: readLabels(label), value, ...(timestamp === undefined ? {} : { timestamp }) } };
}

function toMilliseconds(timestamp: Message<'Timestamp'> | undefined): number | undefined {
  if (timestamp === undefined) return undefined;
  const milliseconds = (timestamp.seconds ?? 0) * 1000 + (timestamp.nanos ?? 0) / 1e6;
  return isTimestamp(milliseconds) ? milliseconds : undefined;
}

function boundText(bound: number): string {
  if (bound === Number.POSITIVE_INFINITY) return '+Inf';
  return bound === Number.NEGATIVE_INFINITY ? '-Inf' : String(bound);
}
