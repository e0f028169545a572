import type {
  CompositePoint,
  Exemplar,
  Family,
  HistogramPoint,
  NativeBuckets,
  Point,
  SummaryPoint,
} from '../series/family.ts';
import { parseLabelsText } from '../series/labels.ts';
import { type EscapingScheme, escapeLabels, escapeName, escapePairs } from './escaping.ts';
import { fitsExemplar } from './exemplar.ts';
import { cumulativeBuckets, isWhole, plainFamilies } from './plain-families.ts';
import { ProtobufWriter } from './protobuf-writer.ts';
import { toSpans } from './spans.ts';

/** Numbers of the enum MetricType. */
const typeNumbers: Record<Family['type'], number> = {
  counter: 0,
  gauge: 1,
  summary: 2,
  unknown: 3,
  histogram: 4,
  gaugehistogram: 5,
  info: 1,
  stateset: 1,
};

/** The field of Metric for a single number, by type. */
const numberFields: Partial<Record<Family['type'], number>> = { gauge: 2, info: 2, stateset: 2, counter: 3 };
const untypedField = 5;

/** Bytes after which the encoder yields, so that others can run. */
const bytesPerChunk = 65_536;

/**
 * The families as length-delimited messages, in pieces. Only this format has native histograms.
 *
 * https://github.com/prometheus/client_model/blob/master/io/prometheus/client/metrics.proto
 */
export function* encodeProtobuf(families: readonly Family[], escaping: EscapingScheme): Generator<Buffer> {
  for (const family of families) {
    const partial: [labels: string, point: CompositePoint][] = [];
    yield* encodeFamily(family, escaping, partial);
    // The format can't leave a sum out: it would read as 0.
    for (const plain of plainFamilies(family, partial)) yield* encodeFamily(plain, escaping, []);
  }
}

/** One family. Points with a missing part go into `partial`, since the format would write 0 for it. */
function* encodeFamily(
  family: Family,
  escaping: EscapingScheme,
  partial: [labels: string, point: CompositePoint][],
): Generator<Buffer> {
  const metrics: Buffer[] = [];
  let written = 0;
  const writer = new ProtobufWriter();
  writer.text(1, escapeName(family.name, escaping));
  writer.text(2, family.help);
  writer.unsigned(3, typeNumbers[family.type]);
  for (const [labels, point] of listPoints(family)) {
    if (!('value' in point) && !isWhole(point)) {
      partial.push([labels, point]);
      continue;
    }
    written += 1;
    writer.message(4, () => writeMetric(writer, { family, labels, point, escaping }));
    if (writer.size < bytesPerChunk) continue;
    metrics.push(writer.take());
    // An empty piece: nothing is sent yet, but others can run.
    yield Buffer.alloc(0);
  }
  if (family.unit) writer.text(5, family.unit);
  metrics.push(writer.take());
  if (written === 0) return;
  yield encodeLength(metrics);
  yield* metrics;
}

/** Every point; a series can have several with different timestamps. */
function* listPoints(family: Family): Generator<[labels: string, point: Point]> {
  for (const [labels, point] of family.series) {
    yield [labels, point];
    for (const later of point.later ?? []) yield [labels, later];
  }
}

function encodeLength(parts: readonly Buffer[]): Buffer {
  let rest = parts.reduce((sum, { length }) => sum + length, 0);
  const bytes: number[] = [];
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Buffer.from([...bytes, rest]);
}

type MetricToWrite = {
  family: Family;
  labels: string;
  point: Point;
  escaping: EscapingScheme;
};

function writeMetric(writer: ProtobufWriter, { family, labels, point, escaping }: MetricToWrite): void {
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
  if (point.timestamp !== undefined) writer.int64(6, Math.round(point.timestamp));
}

function writeLabels(writer: ProtobufWriter, labels: string, escaping: EscapingScheme): void {
  if (labels === '') return;
  for (const [name, value] of escapePairs(parseLabelsText(labels), escaping)) {
    writer.message(1, () => {
      writer.text(1, name);
      writer.text(2, value);
    });
  }
}

function writeSummary(writer: ProtobufWriter, point: SummaryPoint): void {
  writer.unsigned(1, point.count ?? 0);
  writer.double(2, point.sum ?? 0);
  for (const [quantile, value] of point.quantiles) {
    writer.message(3, () => {
      writer.double(1, quantile);
      writer.double(2, value);
    });
  }
  writeTime(writer, 4, point.created);
}

function writeHistogram(writer: ProtobufWriter, point: HistogramPoint, escaping: EscapingScheme): void {
  writeCount(writer, 1, point.count ?? 0);
  writer.double(2, point.sum ?? 0);
  for (const [at, [bound, count]] of cumulativeBuckets(point).entries()) {
    writer.message(3, () => {
      writeCount(writer, 1, count);
      writer.double(2, bound);
      const exemplar = point.exemplars?.get(at);
      if (exemplar) writeExemplar(writer, 3, exemplar, escaping);
    });
  }
  if (point.native) writeNative(writer, point.native);
  writeTime(writer, 15, point.created);
}

/** The count of a histogram or bucket. In both messages field 4 holds a count with a fraction. */
function writeCount(writer: ProtobufWriter, field: number, count: number): void {
  if (Number.isInteger(count)) writer.unsigned(field, count);
  else writer.double(4, count);
}

function writeNative(writer: ProtobufWriter, native: NativeBuckets): void {
  writer.signed(5, native.schema);
  writer.double(6, native.zeroThreshold);
  if (native.fractions) writer.double(8, native.zeroCount);
  else writer.unsigned(7, native.zeroCount);
  for (const [buckets, spanField] of [[native.negative, 9] as const, [native.positive, 12] as const]) {
    const { spans, counts, deltas } = toSpans(buckets);
    for (const { offset, length } of spans) {
      writer.message(spanField, () => {
        writer.signed(1, offset);
        writer.unsigned(2, length);
      });
    }
    if (native.fractions && counts.length > 0) writer.packedDoubles(spanField + 2, counts);
    else if (deltas.length > 0) writer.packedSigned(spanField + 1, deltas);
  }
  // An empty span distinguishes an empty native histogram from a classic one.
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
    const seconds = Math.floor(milliseconds / 1000);
    writer.int64(1, seconds);
    writer.unsigned(2, (milliseconds - seconds * 1000) * 1e6);
  });
}
