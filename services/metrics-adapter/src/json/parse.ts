import { messageOf } from '@podkit/chassis/errors';
import { FetchError } from '../fetch/errors.ts';

/** A JSON value; a whole number that a double can't hold is a bigint. */
export type Json = null | boolean | number | bigint | string | Json[] | { [key: string]: Json };

/** Sixteen digits and more that are no fraction: a reviver makes parsing several times slower. */
const longInteger = /(?:^|[^\d.])\d{16,}(?![\d.eE])/;

/**
 * Parse JSON so that integers keep every digit: identifiers above 2^53 are common in labels.
 * Only a text that has such digits pays for it.
 *
 * @throws {FetchError} parse
 */
export function parseJson(bytes: Buffer): Json {
  const text = new TextDecoder().decode(bytes);
  try {
    return JSON.parse(text, longInteger.test(text) ? exactInteger : undefined) as Json;
  } catch (cause) {
    // V8 quotes the text in its message; what a source says may be long, and secret.
    const [where = 'it ends too early'] = /position \d+( \(line \d+ column \d+\))?/.exec(messageOf(cause)) ?? [];
    throw new FetchError('parse', `the answer is not JSON: ${where}`, { cause });
  }
}

function exactInteger(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? '';
  return /^-?\d+$/.test(source) ? BigInt(source) : value;
}
