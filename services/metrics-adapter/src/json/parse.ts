import { getHeapStatistics } from 'node:v8';
import { describeError } from '@podkit/chassis/errors';
import { FetchError } from '../fetch/errors.ts';

/** A JSON value. A whole number that a double can't hold is a bigint. */
export type Json = null | boolean | number | bigint | string | Json[] | { [key: string]: Json };

/** The header Accept of requests for JSON. */
export const acceptJson = 'application/json';

/** Bytes of heap that one value takes while it is parsed and read. */
const bytesPerValue = 160;
/** One document may take 1 / share of the heap. */
const share = 4;

/**
 * Refuse a document that is too large for the heap before it is parsed. A text such as `[{},{}]` takes fifty times its
 * bytes.
 *
 * @throws {FetchError} too_large
 */
export function checkCost(bytes: Buffer, heap = getHeapStatistics().heap_size_limit): void {
  let values = 1;
  // Brackets, braces and commas. Those inside texts count too, which only raises the estimate.
  for (let at = 0; at < bytes.length; at += 1) {
    const code = bytes[at];
    if (code === 44 || code === 91 || code === 123) values += 1;
  }
  const needed = values * bytesPerValue + bytes.length * 2;
  const allowed = heap / share;
  if (needed <= allowed) return;
  throw new FetchError(
    'too_large',
    `the document would take about ${mebibytes(needed)} MiB of memory, more than ${mebibytes(allowed)} MiB`,
  );
}

const mebibytes = (size: number) => Math.ceil(size / 1_048_576);

/** Integers of 16 digits and more. Only they need a reviver, which makes parsing several times slower. */
const longInteger = /(?:^|[^\d.])\d{16,}(?![\d.eE])/;

/** Parse JSON so that integers keep every digit: identifiers above 2^53 are common in labels. @throws {SyntaxError} */
export function parseExact(text: string): Json {
  return JSON.parse(text, longInteger.test(text) ? exactInteger : undefined) as Json;
}

/** The document of a response. @throws {FetchError} parse, too_large */
export function parseJson(bytes: Buffer): Json {
  checkCost(bytes);
  const text = new TextDecoder().decode(bytes);
  try {
    return parseExact(text);
  } catch (cause) {
    // V8 quotes the text in its message. The text may be long and secret.
    const [where = 'it ends too early'] = /position \d+( \(line \d+ column \d+\))?/.exec(describeError(cause)) ?? [];
    throw new FetchError('parse', `the response is not JSON: ${where}`, { cause });
  }
}

function exactInteger(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? '';
  return /^-?\d+$/.test(source) ? BigInt(source) : value;
}
