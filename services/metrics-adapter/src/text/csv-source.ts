import { Readable } from 'node:stream';
import { describeError } from '@podkit/chassis/errors';
import { FetchError } from '../fetch/errors.ts';
import { compileValue, type NumberReader } from '../numbers/read-number.ts';
import { type PullContext, PullSource, type PullTarget } from '../pull/pull-source.ts';
import { labelsText } from '../series/labels.ts';
import { Slices } from '../slices.ts';
import type { CsvConfig } from './config.ts';

type CsvMetric = { config: CsvConfig['metrics'][number]; toNumber: NumberReader };
type Row = Record<string, string | undefined>;

/** Bytes that the parser gets at a time: it makes all rows of a piece before the first is read. */
const pieceBytes = 65_536;

/** Maximum number of fields in a row: the parser makes all of them before the row can be read. */
const maxFields = 10_000;
const newline = 10;
const quote = 34;

/**
 * Read CSV (https://www.rfc-editor.org/rfc/rfc4180) into a snapshot, row by row, with pauses.
 *
 * @throws {FetchError} parse, too_large
 */
async function readCsv(
  bytes: Buffer,
  { delimiter, columns, metrics }: Pick<CsvConfig, 'delimiter' | 'columns'> & { metrics: readonly CsvMetric[] },
  target: PullTarget,
): Promise<void> {
  checkRows(bytes, delimiter);
  const { parse } = await import('csv-parse');
  const slices = new Slices();
  const parser = Readable.from(pieces(bytes)).pipe(
    parse({
      columns: columns ?? true,
      delimiter,
      bom: true,
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
    }),
  );
  try {
    for await (const row of parser as AsyncIterable<Row>) {
      for (const metric of metrics) addRow(metric, row, target);
      if (slices.over) await slices.pause();
    }
  } catch (cause) {
    if (cause instanceof FetchError) throw cause;
    throw new FetchError('parse', `the response is not CSV: ${describeError(cause)}`, { cause });
  }
}

/** @throws {FetchError} too_large for a row of too many fields */
function checkRows(bytes: Buffer, delimiter: string): void {
  const separator = Buffer.from(delimiter).at(-1);
  let fields = 1;
  let isQuoted = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === quote) isQuoted = !isQuoted;
    if (byte === newline && !isQuoted) fields = 1;
    if (byte === separator && !isQuoted) fields += 1;
    if (fields > maxFields) throw new FetchError('too_large', `a row has more than ${maxFields} fields`);
  }
}

function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

function addRow({ config, toNumber }: CsvMetric, row: Row, { snapshot, onError }: PullTarget): void {
  const text = row[config.value];
  if (text === undefined || text === '') return;
  const value = toNumber(text);
  if (value === undefined) return onError('value');
  const pairs = Object.entries(config.labels).map(([label, column]) => [label, row[column] ?? ''] as const);
  snapshot.family(config, config.type)?.add(labelsText(pairs), { value });
  return undefined;
}

/** The metrics of a source of CSV. @throws {PodkitError} ERR_TIME */
export function compileCsv(configs: CsvConfig['metrics']): CsvMetric[] {
  return configs.map((config) => ({ config, toNumber: compileValue(config) }));
}

/** A source of CSV over HTTP. @throws {PodkitError} ERR_TIME */
export function createCsvSource(config: CsvConfig, context: PullContext): PullSource {
  const options = { ...config, metrics: compileCsv(config.metrics) };
  return new PullSource({ ...context, config, read: ({ bytes }, target) => readCsv(bytes, options, target) });
}
