import type { Exemplar, Family, HistogramPoint, NativeBuckets, NumberPoint, SummaryPoint } from '../series/family.ts';
import { parseLabelsText } from '../series/labels.ts';
import { type EscapingScheme, escapeLabels, escapeName } from './escaping.ts';
import { fitsExemplar } from './exemplar.ts';
import { ProtobufWriter } from './protobuf-writer.ts';
import { spansOf } from './spans.ts';

/** Numbers of the enum MetricType. */
const types: Record<Family['type'], number> = {
  counter: 0,
  gauge: 1,
  summary: 2,
  unknown: 3,
  histogram: 4,
  gaugehistogram: 5,
  info: 1,
  stateset: 1,
};

/** Where MetricType's value of a plain number stands in Metric. */
const numberFields: Partial<Record<Family['type'], number>> = { gauge: 2, info: 2, stateset: 2, counter: 3 };
const untypedField = 5;

/** Series in one message; a family with more is still one message, but is made in pieces to let others run. */
const bytesPerChunk = 65_536;

/**
 * The families as length-delimited messages, in pieces; the one format with native histograms.
 *
 * https://github.com/prometheus/client_model/blob/master/io/prometheus/client/metrics.proto
 */
export function* encodeProtobuf(families: readonly Family[], escaping: EscapingScheme): Generator<Buffer> {
  for (const family of families) {
    const metrics: Buffer[] = [];
    const writer = new ProtobufWriter();
    writer.text(1, escapeName(family.name, escaping));
    writer.text(2, family.help);
    writer.unsigned(3, types[family.type]);
    for (const [labels, point] of family.series) {
      writer.message(4, () => writeMetric(writer, { family, labels, point, escaping }));
      if (writer.size < bytesPerChunk) continue;
      metrics.push(writer.take());
      // An empty piece: nothing to send yet, but a moment for others.
      yield Buffer.alloc(0);
    }
    if (family.unit) writer.text(5, family.unit);
    metrics.push(writer.take());
    yield lengthOf(metrics);
    yield* metrics;
  }
}

function lengthOf(parts: readonly Buffer[]): Buffer {
  let rest = parts.reduce((sum, { length }) => sum + length, 0);
  const bytes: number[] = [];
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Buffer.from([...bytes, rest]);
}

type Metric = {
  family: Family;
  labels: string;
  point: NumberPoint | HistogramPoint | SummaryPoint;
  escaping: EscapingScheme;
};

function writeMetric(writer: ProtobufWriter, { family, labels, point, escaping }: Metric): void {
  writeLabels(writer, labels, escaping);
  if ('bounds' in point) {
    writer.message(7, () => writeHistogram(writer, point, escaping));
  } else if ('quantiles' in point) {
    writer.message(4, () => writeSummary(writer, point));
  } else {
    writer.message(numberFields[family.type] ?? untypedField, () => {
      writer.double(1, point.value);
      if (family.type !== 'counter') return;
      if (point.exemplar) writeExemplar(writer, 2, point.exemplar, escaping);
      writeTime(writer, 3, point.created);
    });
  }
  if (point.timestamp !== undefined) writer.unsigned(6, Math.max(0, Math.round(point.timestamp)));
}

function writeLabels(writer: ProtobufWriter, labels: string, escaping: EscapingScheme): void {
  if (labels === '') return;
  for (const [name, value] of parseLabelsText(labels)) {
    writer.message(1, () => {
      writer.text(1, escapeName(name, escaping));
      writer.text(2, value);
    });
  }
}

function writeSummary(writer: ProtobufWriter, point: SummaryPoint): void {
  writer.unsigned(1, Math.round(point.count));
  writer.double(2, point.sum);
  for (const [quantile, value] of point.quantiles) {
    writer.message(3, () => {
      writer.double(1, quantile);
      writer.double(2, value);
    });
  }
  writeTime(writer, 4, point.created);
}

function writeHistogram(writer: ProtobufWriter, point: HistogramPoint, escaping: EscapingScheme): void {
  writer.unsigned(1, Math.round(point.count));
  writer.double(2, point.sum);
  let cumulative = 0;
  for (const [at, bound] of [...point.bounds, Number.POSITIVE_INFINITY].entries()) {
    cumulative += point.counts[at] ?? 0;
    const count = Math.round(cumulative);
    writer.message(3, () => {
      writer.unsigned(1, count);
      writer.double(2, bound);
      const exemplar = point.exemplars?.get(at);
      if (exemplar) writeExemplar(writer, 3, exemplar, escaping);
    });
  }
  if (point.native) writeNative(writer, point.native);
  writeTime(writer, 15, point.created);
}

function writeNative(writer: ProtobufWriter, native: NativeBuckets): void {
  writer.signed(5, native.schema);
  writer.double(6, native.zeroThreshold);
  writer.unsigned(7, Math.round(native.zeroCount));
  for (const [buckets, spanField] of [[native.negative, 9] as const, [native.positive, 12] as const]) {
    const { spans, deltas } = spansOf(buckets);
    for (const { offset, length } of spans) {
      writer.message(spanField, () => {
        writer.signed(1, offset);
        writer.unsigned(2, length);
      });
    }
    if (deltas.length > 0) writer.packedSigned(spanField + 1, deltas);
  }
  // A span of nothing is how an empty native histogram is told from a classic one.
  if (native.positive.size + native.negative.size === 0) {
    writer.message(12, () => {
      writer.signed(1, 0);
      writer.unsigned(2, 0);
    });
  }
}

function writeExemplar(writer: ProtobufWriter, field: number, exemplar: Exemplar, escaping: EscapingScheme): void {
  if (!fitsExemplar(escapeLabels(exemplar.labels, escaping))) return;
  writer.message(field, () => {
    writeLabels(writer, exemplar.labels, escaping);
    writer.double(2, exemplar.value);
    writeTime(writer, 3, exemplar.timestamp);
  });
}

function writeTime(writer: ProtobufWriter, field: number, milliseconds: number | undefined): void {
  if (milliseconds === undefined) return;
  writer.message(field, () => {
    writer.unsigned(1, Math.floor(milliseconds / 1000));
    writer.unsigned(2, Math.round((milliseconds % 1000) * 1e6));
  });
}
